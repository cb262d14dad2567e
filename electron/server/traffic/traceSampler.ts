import type { Clock } from '../base/clock.ts';

/**
 * Calls a second of which all are kept as spans. A load test makes many more; kept on disk they would cost the time that
 * is measured and push out the traces of every other day. Counts and latencies are of all calls, whatever is kept.
 */
const FULL_RATE = 500;

/** ms over which calls are counted to find the share that is kept. */
const PERIOD_MS = 1000;

const ID_RANGE = 2 ** 32;

/**
 * Decides which calls become spans. While there are more than {@link FULL_RATE} a second, whole traces are left out, chosen
 * by their id so that the calls of one trace stay together. Failed calls are always kept.
 */
export class TraceSampler {
  private periodStart = 0;
  private seen = 0;
  private share = 1;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  keeps(traceId: string, failed: boolean): boolean {
    const now = this.clock.monotonic();
    if (now - this.periodStart >= PERIOD_MS) {
      const rate = (this.seen / (now - this.periodStart)) * 1000;
      this.share = Math.min(1, FULL_RATE / Math.max(1, rate));
      this.periodStart = now;
      this.seen = 0;
    }
    this.seen++;
    // The first second of a burst is not known yet; it ends at the limit.
    if (this.share === 1 && this.seen > FULL_RATE * 2) return failed;
    return failed || this.share === 1 || Number.parseInt(traceId.slice(-8), 16) < this.share * ID_RANGE;
  }
}
