/** First wait between two checks, ms: a check that nobody answers costs a tenth of that. */
const firstIntervalMs = 3;
/** Longest wait between two checks: adds at most this to the time until ready. */
const lastIntervalMs = 250;
/** Each wait is this much longer than the one before, so that waiting adds about 2 % to any start: half a wait on average. */
const intervalGrowth = 1.03;
/** So many proofs run at the pace of one; for each so many more, everybody waits once longer, or checking would slow the starts. */
const proofsAtFullPace = 4;
/**
 * Before that, the wait as a part of the time that has gone by: a start that is quicker than the last one is seen that much later
 * at most, and the checks take little from one that is not likely to be over.
 */
const unlikelyStep = 0.2;
/** Around the time that the last start took, from and until these parts of it, checks are close together. */
const expectedFrom = 0.8;
const expectedUntil = 1.3;
/** The wait between checks there, as a part of the expected time: adds half a percent on average, for fifty checks. */
const expectedStep = 0.01;
/** Shortest wait there, ms: the steps of the timers. */
const leastExpectedMs = 1;

/** The checks of one start. */
export interface Proof {
  /** Waits between checks, ms: as chosen, or quick at first, slower later, and quick again when it is about to be ready. */
  intervals(chosenMs: number | undefined): Generator<number>;
  /** The start is over; `ready` when it was proven. */
  end(ready: boolean): void;
}

/** How often it is checked whether a starting service is ready: the more of them start at once, the less often each. */
export class ProbePace {
  private underWay = 0;
  /** How long the last start of each service took until it was ready, ms. */
  private readonly lastMs = new Map<string, number>();

  /** A start begins; the proof is ended with `end`. `now` is a monotonic time, ms. */
  begin(service: string, now: () => number): Proof {
    this.underWay++;
    const begunAt = now();
    const expectedMs = this.lastMs.get(service);
    return {
      intervals: (chosenMs) => this.intervals(chosenMs, expectedMs, () => now() - begunAt),
      end: (ready) => {
        this.underWay--;
        if (ready) this.lastMs.set(service, now() - begunAt);
      },
    };
  }

  private *intervals(
    chosenMs: number | undefined,
    expectedMs: number | undefined,
    elapsed: () => number,
  ): Generator<number> {
    for (let waitMs = firstIntervalMs; ; waitMs = Math.min(lastIntervalMs, waitMs * intervalGrowth)) {
      const crowd = Math.max(1, this.underWay / proofsAtFullPace);
      const usual = Math.min(lastIntervalMs, waitMs * crowd);
      yield chosenMs ?? (crowd > 1 || expectedMs === undefined ? usual : nextWait(usual, expectedMs, elapsed()));
    }
  }
}

function nextWait(usual: number, expectedMs: number, elapsedMs: number): number {
  const from = expectedFrom * expectedMs;
  if (elapsedMs > expectedUntil * expectedMs) return usual;
  const rare = Math.min(lastIntervalMs, Math.max(usual, unlikelyStep * elapsedMs));
  // Not past the moment from which on it is likely.
  if (elapsedMs + leastExpectedMs < from) return Math.min(rare, from - elapsedMs);
  return Math.min(usual, Math.max(leastExpectedMs, expectedStep * expectedMs));
}
