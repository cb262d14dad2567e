/** Traces that are remembered, about a hundred bytes each: at a thousand requests a second those of the last ten seconds. */
const MAX_TRACES = 10_000;

/** The traces that a request through gateway or proxy was part of lately. What services tell of others belongs to none of these. */
export class RecentTraces {
  private readonly ids = new Set<string>();

  add(traceId: string): void {
    this.ids.add(traceId);
    if (this.ids.size > MAX_TRACES) this.ids.delete(this.ids.values().next().value as string);
  }

  has(traceId: string): boolean {
    return this.ids.has(traceId);
  }
}
