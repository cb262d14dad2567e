import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';

/** One timer for the earliest of many times; those that do not matter any more may ring in vain. */
export class WakeUp implements Disposable {
  private timer: Disposable | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly handleTime: () => void,
  ) {}

  /** Rings at a monotonic time, in ms, or earlier when another is set. */
  at(time: number): void {
    if (time >= this.timerAt) return;
    this.timer?.dispose();
    this.timerAt = time;
    const waitMs = Math.ceil(Math.max(time - this.clock.monotonic(), 0));
    this.timer = this.clock.setTimeout(() => {
      this.timerAt = Number.POSITIVE_INFINITY;
      this.handleTime();
    }, waitMs);
  }

  dispose(): void {
    this.timer?.dispose();
    this.timerAt = Number.NEGATIVE_INFINITY;
  }
}
