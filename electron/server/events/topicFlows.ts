import type { Clock } from '../base/clock.ts';
import type { EventFlow } from './eventLog.ts';

/** ms of one slot of the recent past, and how many are kept: five minutes, the longest window of the graph. */
const SLOT_MS = 10_000;
const SLOTS = 30;
/** ms that a rate is spread over at least: one event a moment ago is no thousand a second. */
const SHORTEST_RATE_MS = 1_000;
/** Pairs of service and topic that are counted; more would be a program that makes up names. */
const MAX_FLOWS = 5_000;

/** What went between a service and a topic. */
export interface FlowFigures extends EventFlow {
  /** Events a second in the window. */
  rate: number;
  /** ms since 1970 of the last one. */
  lastAt: number;
}

interface Counter extends EventFlow {
  firstAt: number;
  lastAt: number;
  slots: { number: number; count: number }[];
}

/** Counts who publishes on which topic and who consumes it, since the server started. */
export class TopicFlows {
  private readonly counters = new Map<string, Counter>();
  private total = 0;
  private newestSlot = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  add(flow: EventFlow): void {
    const counter = this.counterOf(flow);
    const number = Math.floor(this.clock.monotonic() / SLOT_MS);
    const slot = counter.slots[number % SLOTS];
    if (slot?.number === number) slot.count += flow.count;
    else counter.slots[number % SLOTS] = { number, count: flow.count };
    counter.count += flow.count;
    this.total += flow.count;
    this.newestSlot = number;
    counter.lastAt = this.clock.now();
  }

  /** Every pair that was seen. `windowMs` 0: the rate since the pair was first seen. */
  flows(windowMs: number): FlowFigures[] {
    const now = this.clock.monotonic();
    return [...this.counters.values()].map(({ topic, service, direction, count, firstAt, lastAt, slots }) => {
      const oldest = oldestSlot(now, windowMs);
      let recent = windowMs === 0 ? count : 0;
      if (windowMs > 0) for (const slot of slots) if (slot && slot.number >= oldest) recent += slot.count;
      const from = Math.max(firstAt, oldest * SLOT_MS);
      const rate = (recent / Math.max(SHORTEST_RATE_MS, now - from)) * 1000;
      return { topic, service, direction, count, rate, lastAt };
    });
  }

  /** Stays the same as long as the figures of a window do; with events in the window it does not, for rates go on. */
  stamp(windowMs: number): string {
    const now = this.clock.monotonic();
    const isRecent = this.total > 0 && this.newestSlot >= oldestSlot(now, windowMs);
    return isRecent ? `${this.total} ${now}` : `${this.total}`;
  }

  private counterOf({ topic, service, direction }: EventFlow): Counter {
    const key = `${direction}\n${service}\n${topic}`;
    const known = this.counters.get(key);
    if (known) return known;
    if (this.counters.size >= MAX_FLOWS) this.counters.delete(this.counters.keys().next().value as string);
    const counter = { topic, service, direction, count: 0, firstAt: this.clock.monotonic(), lastAt: 0, slots: [] };
    this.counters.set(key, counter);
    return counter;
  }
}

/** Number of the first slot that a window reaches back to; 0: all of them. */
function oldestSlot(now: number, windowMs: number): number {
  return windowMs === 0 ? 0 : Math.floor(now / SLOT_MS) - Math.min(Math.ceil(windowMs / SLOT_MS), SLOTS - 1);
}
