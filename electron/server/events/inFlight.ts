/** A delivery that was not acknowledged yet. */
export interface InFlight {
  offset: number;
  id: string;
  key: string;
  consumer: string;
  /** Monotonic ms at which it is taken back. */
  deadline: number;
}

/** Deliveries under way, by offset and by id of the event. */
export class InFlightTable {
  private readonly byOffset = new Map<number, InFlight>();
  private readonly byId = new Map<string, InFlight>();

  get size(): number {
    return this.byOffset.size;
  }

  add(entry: InFlight): void {
    this.byOffset.set(entry.offset, entry);
    this.byId.set(entry.id, entry);
  }

  find(id: string): InFlight | undefined {
    return this.byId.get(id);
  }

  remove(entry: InFlight): void {
    this.byOffset.delete(entry.offset);
    this.byId.delete(entry.id);
  }

  clear(): void {
    this.byOffset.clear();
    this.byId.clear();
  }

  /** Those of one consumer, oldest first. */
  of(consumer: string): InFlight[] {
    return [...this.byOffset.values()]
      .filter((entry) => entry.consumer === consumer)
      .sort((a, b) => a.offset - b.offset);
  }

  /** Those whose time is up. */
  overdue(now: number): InFlight[] {
    return [...this.byOffset.values()].filter((entry) => entry.deadline <= now);
  }

  /** The next time that one is up; Infinity: there is none. */
  get nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.byOffset.values()) next = Math.min(next, deadline);
    return next;
  }
}
