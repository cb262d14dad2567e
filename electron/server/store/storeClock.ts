import type { Clock } from '../base/clock.ts';

/**
 * Time that never goes back, not even over a restart, in ms since 1970. It follows the wall clock forward and goes on by
 * the monotonic one when the wall clock is set back, so that what has expired stays expired and what is left of a life
 * only ever shrinks.
 */
export class StoreClock {
  private reached: number;
  private atMonotonic: number;

  /** `reachedMs`: the latest time that an earlier process has seen. */
  constructor(
    private readonly clock: Clock,
    reachedMs: number,
  ) {
    this.reached = Math.max(reachedMs, clock.now());
    this.atMonotonic = clock.monotonic();
  }

  /** Now, in whole ms. */
  now(): number {
    const monotonic = this.clock.monotonic();
    this.reached = Math.max(this.reached + (monotonic - this.atMonotonic), this.clock.now());
    this.atMonotonic = monotonic;
    return Math.floor(this.reached);
  }
}
