import type { Clock } from '../base/clock.ts';

/**
 * How far, in ms, wall clock and monotonic clock may drift apart before the wall clock is believed again. Smaller than
 * any step a user makes when setting the clock, larger than the 1 ms grain of the wall clock, so that two chunks within
 * one millisecond still get different, ordered times.
 */
const RESYNC_MS = 3;

/**
 * Makes a function that tells the wall-clock time in µs since 1970 and never goes back, not even when the user sets the
 * clock back: then it stands still until the clock has caught up.
 */
export function createArrivalClock(clock: Clock): () => number {
  let offsetMs = clock.now() - clock.monotonic();
  let lastUs = 0;
  return () => {
    const wallMs = clock.now();
    const monotonicMs = clock.monotonic();
    if (Math.abs(monotonicMs + offsetMs - wallMs) > RESYNC_MS) offsetMs = wallMs - monotonicMs;
    lastUs = Math.max(lastUs, Math.round((monotonicMs + offsetMs) * 1000));
    return lastUs;
  };
}
