/** First wait between two checks, ms: a check that nobody answers costs a tenth of that. */
const firstIntervalMs = 3;
/** Longest wait between two checks: adds at most this to the time until ready. */
const lastIntervalMs = 250;
/** Each wait is this much longer than the one before, so that waiting adds about 2 % to any start: half a wait on average. */
const intervalGrowth = 1.03;
/** So many proofs run at the pace of one; for each so many more, everybody waits once longer, or checking would slow the starts. */
const proofsAtFullPace = 4;

/** How often it is checked whether a starting service is ready: the more of them start at once, the less often each. */
export class ProbePace {
  private underWay = 0;

  /** A proof begins; it ends with `end`. */
  begin(): { end: () => void } {
    this.underWay++;
    return { end: () => this.underWay-- };
  }

  /** Waits between checks, ms: as chosen, or quick at first and slower later. */
  *intervals(chosenMs: number | undefined): Generator<number> {
    for (let waitMs = firstIntervalMs; ; waitMs = Math.min(lastIntervalMs, waitMs * intervalGrowth)) {
      const crowd = Math.max(1, this.underWay / proofsAtFullPace);
      yield chosenMs ?? Math.min(lastIntervalMs, waitMs * crowd);
    }
  }
}
