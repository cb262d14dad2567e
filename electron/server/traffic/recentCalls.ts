import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { type Call, isFailed } from './call.ts';
import { EdgeMap } from './edgeMap.ts';
import { PackedCalls } from './packedCalls.ts';

/** Calls that are kept over all, some 400 bytes each. */
const MAX_CALLS = 10_000;

/** Calls that are kept of each edge besides, so that a busy edge does not push out what a quiet one did. */
const MAX_PER_EDGE = 50;

/** The same for failed calls: they are what is looked for, and rare. */
const MAX_FAILED_PER_EDGE = 50;

/** Edges whose own calls are kept. */
const MAX_EDGES = 2000;

/** Bytes of bodies that are kept over all; the oldest go first. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Which calls are asked for; an empty or missing part means any. */
export interface CallFilter {
  from?: string;
  to?: string;
  failedOnly?: boolean;
  traceId?: string;
  /** Part of method, path or error, in any case. */
  text?: string;
  /** Only calls before the one with this id. */
  beforeId?: number;
}

/** A list that forgets its oldest items. */
class Ring<T> {
  private readonly items: T[] = [];
  private next = 0;

  constructor(private readonly capacity: number) {}

  push(item: T): void {
    this.items[this.next] = item;
    this.next = (this.next + 1) % this.capacity;
  }

  all(): readonly T[] {
    return this.items;
  }
}

interface EdgeCalls {
  recent: Ring<Call>;
  failed: Ring<Call>;
}

/** The last calls, over all and of each edge, in bounded memory. */
export class RecentCalls implements Disposable {
  private readonly recent = new PackedCalls(MAX_CALLS);
  private readonly edges = new EdgeMap<EdgeCalls>(MAX_EDGES);
  private readonly added = new Emitter<Call>();
  readonly onDidAdd = this.added.event;
  /** Calls whose body is kept, oldest first, from the first one on that has not been let go. */
  private withBody: Call[] = [];
  private firstWithBody = 0;
  private bodyBytes = 0;
  private lastId = 0;

  constructor(private readonly maxBodyBytes = MAX_BODY_BYTES) {}

  add(call: Call): void {
    call.id = ++this.lastId;
    this.keepBody(call);
    this.recent.add(call);
    const edge = this.edgeOf(call);
    edge.recent.push(call);
    if (isFailed(call)) edge.failed.push(call);
    this.added.fire(call);
  }

  /** The newest calls that match, newest first. */
  find(filter: CallFilter, limit: number): Call[] {
    const found = new Map<number, Call>();
    for (const call of this.recent.newestFirst(filter.traceId)) {
      if (found.size >= limit) break;
      if (matches(call, filter)) found.set(call.id, call);
    }
    for (const call of this.held()) if (matches(call, filter)) found.set(call.id, call);
    return [...found.values()].sort((a, b) => b.id - a.id).slice(0, limit);
  }

  /** A call that is still kept, by its id. */
  get(id: number): Call | undefined {
    for (const call of this.held()) if (call.id === id) return call;
    return this.recent.get(id);
  }

  dispose(): void {
    this.added.dispose();
  }

  /** The calls that are kept as they came, their bodies with them. */
  private *held(): IterableIterator<Call> {
    for (let at = this.firstWithBody; at < this.withBody.length; at++) yield this.withBody[at] as Call;
    for (const { recent, failed } of this.edges.values()) {
      yield* recent.all();
      yield* failed.all();
    }
  }

  private keepBody(call: Call): void {
    if (!call.body || call.body.length === 0) return;
    this.withBody.push(call);
    this.bodyBytes += call.body.length;
    while (this.bodyBytes > this.maxBodyBytes || this.withBody.length - this.firstWithBody > MAX_CALLS) {
      const oldest = this.withBody[this.firstWithBody++] as Call;
      this.bodyBytes -= oldest.body?.length ?? 0;
      oldest.body = undefined;
    }
    // Moved together now and then, and not each time one is let go.
    if (this.firstWithBody < MAX_CALLS) return;
    this.withBody = this.withBody.slice(this.firstWithBody);
    this.firstWithBody = 0;
  }

  private edgeOf({ from, to }: Call): EdgeCalls {
    let edge = this.edges.get(from, to);
    if (!edge) {
      edge = { recent: new Ring(MAX_PER_EDGE), failed: new Ring(MAX_FAILED_PER_EDGE) };
      this.edges.set(from, to, edge);
    }
    return edge;
  }
}

/** Whether a call is one that is asked for. */
export function matches(call: Call, filter: CallFilter): boolean {
  if (filter.from && call.from !== filter.from) return false;
  if (filter.to && call.to !== filter.to) return false;
  if (filter.failedOnly && !isFailed(call)) return false;
  if (filter.traceId && call.traceId !== filter.traceId) return false;
  if (filter.beforeId && call.id >= filter.beforeId) return false;
  if (!filter.text) return true;
  return `${call.method} ${call.path} ${call.error}`.toLowerCase().includes(filter.text.toLowerCase());
}
