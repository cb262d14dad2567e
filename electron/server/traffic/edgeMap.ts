/**
 * Things by who calls whom. A map in a map: one key of both names would be a new string to put together and to hash at every
 * call. Beyond `capacity` the edge that was added first is forgotten.
 */
export class EdgeMap<T> {
  private readonly byCaller = new Map<string, Map<string, T>>();
  /** In the order in which they were added. */
  private readonly edges = new Set<{ from: string; to: string; value: T }>();

  constructor(private readonly capacity: number) {}

  get(from: string, to: string): T | undefined {
    return this.byCaller.get(from)?.get(to);
  }

  /** Adds an edge that is not there yet. */
  set(from: string, to: string, value: T): void {
    const [oldest] = this.edges;
    if (oldest && this.edges.size >= this.capacity) this.delete(oldest);
    this.edges.add({ from, to, value });
    const of = this.byCaller.get(from);
    if (of) of.set(to, value);
    else this.byCaller.set(from, new Map([[to, value]]));
  }

  /** Everything that is held, what was added first at the beginning. */
  *values(): IterableIterator<T> {
    for (const { value } of this.edges) yield value;
  }

  private delete(edge: { from: string; to: string; value: T }): void {
    this.edges.delete(edge);
    const of = this.byCaller.get(edge.from);
    of?.delete(edge.to);
    if (of?.size === 0) this.byCaller.delete(edge.from);
  }
}
