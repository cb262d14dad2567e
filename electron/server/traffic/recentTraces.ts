/**
 * Traces that are remembered at least, about a hundred bytes each; twice as many at most. At a thousand requests a second those
 * of the last ten seconds.
 */
const MIN_TRACES = 10_000;

/** The traces that a request through gateway or proxy was part of lately. What services tell of others belongs to none of these. */
export class RecentTraces {
  // Two sets, of which the older one is dropped whole: to take the oldest out of a large set costs more the more were taken before.
  private ids = new Set<string>();
  private older: ReadonlySet<string> = new Set();

  add(traceId: string): void {
    this.ids.add(traceId);
    if (this.ids.size < MIN_TRACES) return;
    this.older = this.ids;
    this.ids = new Set();
  }

  has(traceId: string): boolean {
    return this.ids.has(traceId) || this.older.has(traceId);
  }
}
