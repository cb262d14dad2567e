import type { KeyedEvents } from '../deliveryOrder.ts';
import type { StoredEvent } from '../eventLog.ts';

/** Events, and bytes of their payloads, that are held for one group; more are read once some are done with. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** Events between looks at what is done with: a look takes as long as there are events. */
const SWEEP_EVERY = 256;
/** Events that are missing between two, up to which each is looked at by itself. */
const SMALL_GAP = 10_000;

/** The events of a topic that a group has read and is not done with. What is not in it yet does not count as there. */
export class TopicWindow implements KeyedEvents {
  private readonly events = new Map<number, StoredEvent>();
  private bytes = 0;
  private added = 0;

  constructor(private range: { first: number; next: number }) {}

  get facts(): { readonly first: number; readonly next: number } {
    return this.range;
  }

  event(offset: number): StoredEvent | undefined {
    return this.events.get(offset);
  }

  key(offset: number): string | undefined {
    return this.events.get(offset)?.key;
  }

  add(event: StoredEvent): void {
    const { offset } = event;
    if (offset < this.range.next) return;
    const first = offset - this.range.next > SMALL_GAP ? offset : this.range.first;
    this.range = { first, next: offset + 1 };
    this.events.set(offset, event);
    this.bytes += event.payload.length;
    this.added += 1;
  }

  /** The topic has nothing before an offset any more. */
  raise(first: number): void {
    if (first > this.range.next) this.range = { first, next: first };
  }

  /** Begins anew at an offset. */
  reset(offset: number, first: number): void {
    this.events.clear();
    this.bytes = 0;
    const from = Math.max(offset, first);
    this.range = { first: Math.min(first, from), next: from };
  }

  /** Whether more may be read; takes out what is done with. */
  hasRoom(isDone: (offset: number) => boolean): boolean {
    if (this.added >= SWEEP_EVERY || this.isFull) {
      this.added = 0;
      for (const [offset, { payload }] of this.events) {
        if (!isDone(offset)) continue;
        this.events.delete(offset);
        this.bytes -= payload.length;
      }
    }
    return !this.isFull;
  }

  private get isFull(): boolean {
    return this.events.size >= MAX_EVENTS || this.bytes >= MAX_BYTES;
  }
}
