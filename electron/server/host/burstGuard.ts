import type { Clock } from '../base/clock.ts';
import { type Disposable, MutableDisposable } from '../base/lifecycle.ts';

/**
 * So many events in one burst may have overflowed the queue of the kernel (16,384 by default), which drops the rest
 * without a word.
 */
const BURST_EVENTS = 4_000;

/** A burst has ended after so many ms without an event. */
const BURST_QUIET_MS = 200;

/** Notices bursts of events that are so large that some may be missing, and says so when they are over. */
export class BurstGuard implements Disposable {
  private readonly timer = new MutableDisposable();
  private events = 0;
  private beganMs = 0;

  /** `onLarge` gets the wall-clock time, ms, at which the burst began. */
  constructor(
    private readonly clock: Clock,
    private readonly onLarge: (beganMs: number) => void,
  ) {}

  /** One event came. */
  note(): void {
    if (this.events++ === 0) this.beganMs = this.clock.now();
    // One timer for many events: setting it anew for each would cost more than the events themselves.
    if (!this.timer.value) this.check(this.events);
  }

  dispose(): void {
    this.timer.dispose();
  }

  private check(seen: number): void {
    this.timer.value = this.clock.setTimeout(() => {
      if (this.events !== seen) {
        this.check(this.events);
        return;
      }
      this.timer.clear();
      const { beganMs } = this;
      const isLarge = this.events >= BURST_EVENTS;
      this.events = 0;
      if (isLarge) this.onLarge(beganMs);
    }, BURST_QUIET_MS);
  }
}
