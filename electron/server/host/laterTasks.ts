import type { Clock } from '../base/clock.ts';
import { type Disposable, DisposableStore } from '../base/lifecycle.ts';

/** What is done after a while, unless all of it is called off. What fails then is of the file system at that moment. */
export class LaterTasks implements Disposable {
  private readonly timers = new DisposableStore();
  private isDisposed = false;

  constructor(private readonly clock: Clock) {}

  add(delayMs: number, act: () => Promise<void>): void {
    const timer = this.clock.setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isDisposed) void act().catch(() => {});
    }, delayMs);
    this.timers.add(timer);
  }

  dispose(): void {
    this.isDisposed = true;
    this.timers.dispose();
  }
}
