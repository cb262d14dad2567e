/**
 * Largest relative error of a quantile. Two percent is less than what differs from one second to the next, and keeps a
 * sketch at some hundred counters for anything between 10 µs and an hour.
 */
const ACCURACY = 0.02;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);

/** ms below which durations are the same; what is faster is not measured but noise. */
const SHORTEST_MS = 0.01;

/** The bucket that a duration is counted in. */
export function latencyBucket(durationMs: number): number {
  return Math.ceil(Math.log(Math.max(durationMs, SHORTEST_MS)) / LOG_GAMMA);
}

/**
 * Durations counted in buckets whose bounds grow by a constant factor, so that every quantile has the same relative error
 * whatever the range, and sketches can be added up exactly (DDSketch: Masson, Rim and Lee, VLDB 2019). Only buckets that
 * are used take memory, which is what makes one per edge and time slot affordable.
 */
export class LatencySketch {
  private readonly counts = new Map<number, number>();
  private total = 0;

  /** How many durations it holds. */
  get count(): number {
    return this.total;
  }

  add(durationMs: number): void {
    this.addBucket(latencyBucket(durationMs));
  }

  /** Adds a duration of which the bucket is known: it belongs to more than one sketch. */
  addBucket(bucket: number): void {
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
    this.total++;
  }

  /** Adds what another sketch holds. */
  merge(other: LatencySketch): void {
    for (const [bucket, count] of other.counts) this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + count);
    this.total += other.total;
  }

  /** The durations, ms, below which the given shares (0 to 1, ascending) of all lie; zeros when it is empty. */
  quantiles<const Q extends readonly number[]>(shares: Q): { [K in keyof Q]: number } {
    const results = shares.map(() => 0);
    const buckets = [...this.counts.entries()].sort(([a], [b]) => a - b);
    let passed = 0;
    let next = 0;
    for (const [bucket, count] of buckets) {
      passed += count;
      // The middle of the bucket in the sense of the relative error.
      while (next < shares.length && passed >= Math.max(1, (shares[next] as number) * this.total)) {
        results[next++] = (2 * GAMMA ** bucket) / (GAMMA + 1);
      }
    }
    return results as { [K in keyof Q]: number };
  }
}
