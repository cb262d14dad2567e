import type { RunLog } from './runLog.ts';

/**
 * Clocks of different processes' outputs differ by a few milliseconds, µs: output that seems older than what another
 * service wrote before gets that one's time, so that merged logs only ever grow at their end. A larger step is the user
 * setting the clock back, and is believed.
 */
const MAX_REORDER_US = 1_000_000;

/** Gives output of all runs the times by which it is merged. */
export class ArrivalTimes {
  /** Time of the newest output taken in; records of earlier lives of the server may all be read. */
  latestUs = Number.POSITIVE_INFINITY;
  private latest: RunLog | undefined;

  /** A run begins. */
  begin(startedAtMs: number): void {
    if (this.latestUs === Number.POSITIVE_INFINITY) this.latestUs = startedAtMs * 1000;
  }

  /** The time that output of a run gets which came at `timeUs`. */
  take(log: RunLog, timeUs: number): number {
    // Two runs never share a time: which of them came first would be lost.
    const earliestUs = log === this.latest ? this.latestUs : this.latestUs + 1;
    const isLate = timeUs < earliestUs && earliestUs - timeUs < MAX_REORDER_US;
    this.latest = log;
    this.latestUs = isLate ? earliestUs : timeUs;
    return this.latestUs;
  }
}
