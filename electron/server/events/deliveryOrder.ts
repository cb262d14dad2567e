/** What the order needs to know of a topic. */
export interface KeyedEvents {
  readonly facts: { readonly first: number; readonly next: number };
  /** The key of an event, empty for none; undefined when the event is not kept any more. */
  key(offset: number): string | undefined;
}

/**
 * Events that a group may be ahead of its oldest open one. It bounds what is in memory and on disk for a group of which one
 * member is stuck; the group waits for that one then.
 */
const MAX_AHEAD = 10_000;

/** Offsets that a limit of the topic removed before they were looked at; `to` is left out. */
interface Gap {
  from: number;
  to: number;
}

/**
 * Which event a group gets next. Events come in the order of their offsets, save that one whose key is under way waits for
 * it, and that those to be delivered again come first. Knows nothing of consumers, time or disks.
 */
export class DeliveryOrder {
  /** Done with, beyond the floor. */
  private readonly done = new Set<number>();
  /** Removed before they were looked at, beyond the floor, ascending. */
  private readonly gaps: Gap[] = [];
  /** Keys with an event that was taken and is not done, each with those that wait for it, in their order. */
  private readonly busy = new Map<string, number[]>();
  /** Keys of the events in {@link busy}; needed also when the event itself was removed. */
  private readonly keys = new Map<number, string>();
  /** What may go now, ascending: let go again, or no longer held up by its key. */
  private readonly ready: number[] = [];
  /** Done with already, and on their way once more. */
  private readonly sentAgain = new Set<number>();
  private scan: number;
  private missedCount = 0;

  /** `floor`: all before it are done; `done`: those beyond it that are, too. */
  constructor(
    private readonly topic: KeyedEvents,
    private floorAt: number,
    done: Iterable<number> = [],
  ) {
    this.scan = floorAt;
    for (const offset of done) this.done.add(offset);
    this.lower();
    this.skipRemoved();
  }

  /** All events before this offset are done with. */
  get floor(): number {
    return this.floorAt;
  }

  /** Events that are not done with. */
  get lag(): number {
    this.skipRemoved();
    return this.topic.facts.next - this.floorAt - this.done.size - this.inGaps;
  }

  /** Events that were removed before they were taken, since this order was made. */
  get missed(): number {
    return this.missedCount;
  }

  /** Whether an offset is done with beyond the floor, which has to be remembered. */
  isMarked(offset: number): boolean {
    return this.done.has(offset);
  }

  /** Takes the next event; undefined: none may go now. */
  take(): number | undefined {
    this.skipRemoved();
    for (;;) {
      const again = this.ready.shift();
      const offset = again ?? this.look();
      if (offset === undefined) return undefined;
      const key = this.sentAgain.has(offset) ? (this.keys.get(offset) ?? '') : this.topic.key(offset);
      if (key === undefined) {
        this.missedCount += 1;
        this.finish(offset);
        continue;
      }
      if (key === '' || again !== undefined) return offset;
      this.keys.set(offset, key);
      const held = this.busy.get(key);
      if (!held) {
        this.busy.set(key, []);
        return offset;
      }
      held.push(offset);
    }
  }

  /** The event is to be delivered again; its key stays held up. */
  giveBack(offset: number): void {
    const at = this.ready.findIndex((other) => other > offset);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, offset);
  }

  /** Whether an event is still to be delivered, or under way. */
  isOpen(offset: number): boolean {
    return offset >= this.floorAt && offset >= this.topic.facts.first && !this.done.has(offset);
  }

  /** An event that is done with is to be delivered once more, ahead of those of its key that wait. */
  again(offset: number, key: string): void {
    const held = key === '' ? undefined : this.busy.get(key);
    this.sentAgain.add(offset);
    if (key !== '') this.keys.set(offset, key);
    if (held) held.unshift(offset);
    else {
      if (key !== '') this.busy.set(key, []);
      this.giveBack(offset);
    }
  }

  /** The event is done with. */
  finish(offset: number): void {
    if (!this.sentAgain.delete(offset) && offset >= this.floorAt) this.done.add(offset);
    const key = this.keys.get(offset);
    this.keys.delete(offset);
    if (key !== undefined) this.release(key);
    this.lower();
  }

  private look(): number | undefined {
    const { next } = this.topic.facts;
    while (this.scan < next && this.scan - this.floorAt - this.inGaps < MAX_AHEAD) {
      const offset = this.scan++;
      if (!this.done.has(offset)) return offset;
    }
    return undefined;
  }

  private release(key: string): void {
    const next = this.busy.get(key)?.shift();
    if (next === undefined) this.busy.delete(key);
    else this.giveBack(next);
  }

  private lower(): void {
    for (;;) {
      while (this.done.delete(this.floorAt)) this.floorAt += 1;
      const gap = this.gaps[0];
      if (gap?.from !== this.floorAt) break;
      this.floorAt = gap.to;
      this.gaps.shift();
    }
    this.scan = Math.max(this.scan, this.floorAt);
  }

  /** A limit of the topic removed events that the scan did not reach. */
  private skipRemoved(): void {
    const { first } = this.topic.facts;
    if (this.scan >= first) return;
    const gap = { from: this.scan, to: first };
    let doneInside = 0;
    for (const offset of this.done) if (offset >= gap.from && offset < gap.to && this.done.delete(offset)) doneInside++;
    this.missedCount += gap.to - gap.from - doneInside;
    this.gaps.push(gap);
    this.scan = first;
    this.lower();
  }

  private get inGaps(): number {
    return this.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  }
}
