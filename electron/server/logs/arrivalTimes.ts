import type { Clock } from '../base/clock.ts';
import type { RunLog } from './runLog.ts';

/**
 * Clocks of different processes' outputs differ by a few milliseconds, µs: output that seems older than what another
 * service wrote before gets that one's time. A larger step back is the user setting the clock.
 */
const MAX_REORDER_US = 1_000_000;

/**
 * Gives output of all runs the times by which it is merged. They never go back while the server lives, so that merged logs
 * only ever grow at their end: a follower has everything up to a time, and a row keeps its number. When the clock is set
 * back, times go on from where they were at their own pace, until it has caught up.
 */
export class ArrivalTimes {
  /** Time of the newest output taken in; records of earlier lives of the server may all be read. */
  latestUs = Number.POSITIVE_INFINITY;
  private latest: RunLog | undefined;
  /** How far the times are ahead of the clock since that was set back. */
  private aheadUs = 0;

  constructor(private readonly clock: Clock) {}

  /** A run begins. */
  begin(startedAtMs: number): void {
    if (this.latestUs === Number.POSITIVE_INFINITY) this.latestUs = startedAtMs * 1000;
  }

  /** The time that output of a run gets which came at `timeUs`; not before `leastUs`. */
  take(log: RunLog, timeUs: number, leastUs: number): number {
    // Two runs never share a time: which of them came first would be lost.
    const earliestUs = log === this.latest ? this.latestUs : this.latestUs + 1;
    if (timeUs >= earliestUs) this.aheadUs = 0;
    let us = timeUs + this.aheadUs;
    if (us < earliestUs) {
      // What only waited somewhere is old by the clock as well.
      const isClock = earliestUs - us >= MAX_REORDER_US && timeUs >= this.clock.now() * 1000 - MAX_REORDER_US;
      if (isClock) this.aheadUs += earliestUs - us;
      us = earliestUs;
    }
    this.latest = log;
    this.latestUs = Math.max(us, leastUs);
    return this.latestUs;
  }
}
