import type { Clock } from '../base/clock.ts';
import { type Call, isFailed } from './call.ts';
import { EdgeMap } from './edgeMap.ts';
import { LatencySketch, latencyBucket } from './latencySketch.ts';

/** ms of one slot of the recent past; figures over a window are whole slots and the one that is being filled. */
const SLOT_MS = 10_000;

/** Slots that are kept: five minutes, the longest window. */
const SLOTS = 30;

/** Longest window, ms; a longer one is cut to it. */
export const LONGEST_WINDOW_MS = SLOT_MS * SLOTS;

/** ms that a rate is spread over at least: one call a moment ago is no thousand a second. */
const SHORTEST_RATE_MS = 1000;

/** Edges that are counted. Services know each other in the hundreds; more would be a program that makes up names. */
const MAX_EDGES = 5000;

const SHARES = [0.5, 0.95, 0.99] as const;

/** Figures of an edge, or of a service over all its callers. */
export interface CallFigures {
  /** Since the server started. */
  calls: number;
  errors: number;
  /** Calls a second in the window. */
  rate: number;
  /** Share of the calls in the window that failed, 0 to 1. */
  errorShare: number;
  /** ms, of the calls in the window; 0 when there were none. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** ms since 1970 of the last call. */
  lastAt: number;
}

/** Figures of the calls from one service to another. */
export interface EdgeFigures extends CallFigures {
  from: string;
  to: string;
}

interface Slot {
  number: number;
  errors: number;
  latency: LatencySketch;
}

interface Counters {
  from: string;
  to: string;
  calls: number;
  errors: number;
  /** Monotonic ms of the first call. */
  firstAt: number;
  lastAt: number;
  all: LatencySketch;
  /** By number modulo {@link SLOTS}; slots without a call are missing. */
  slots: (Slot | undefined)[];
}

/** Counts every call by who called whom: totals for ever, latencies since the start and for the last minutes. */
export class CallStats {
  private readonly edges = new EdgeMap<Counters>(MAX_EDGES);
  private total = 0;
  private newestSlot = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  add(call: Call): void {
    const edge = this.edgeOf(call.from, call.to);
    const failed = isFailed(call);
    edge.calls++;
    if (failed) edge.errors++;
    edge.lastAt = call.at;
    const bucket = latencyBucket(call.durationMs);
    edge.all.addBucket(bucket);
    const number = Math.floor(this.clock.monotonic() / SLOT_MS);
    let slot = edge.slots[number % SLOTS];
    if (slot?.number !== number) {
      slot = { number, errors: 0, latency: new LatencySketch() };
      edge.slots[number % SLOTS] = slot;
    }
    this.total++;
    this.newestSlot = number;
    if (failed) slot.errors++;
    slot.latency.addBucket(bucket);
  }

  /** Every edge that was seen. `windowMs` 0: latencies, rate and errors since the edge was first seen. */
  byEdge(windowMs: number): EdgeFigures[] {
    return [...this.edges.values()].map((edge) => ({
      from: edge.from,
      to: edge.to,
      ...this.figures([edge], windowMs),
    }));
  }

  /** Every service that was called, over all its callers. */
  byService(windowMs: number): Map<string, CallFigures> {
    const groups = new Map<string, Counters[]>();
    for (const edge of this.edges.values()) {
      const group = groups.get(edge.to);
      if (group) group.push(edge);
      else groups.set(edge.to, [edge]);
    }
    return new Map([...groups].map(([name, group]) => [name, this.figures(group, windowMs)]));
  }

  /**
   * Stays the same as long as the figures of a window do. With calls in the window it does not, for rates are about a time
   * that goes on.
   */
  stamp(windowMs: number): string {
    const now = this.clock.monotonic();
    const isRecent = windowMs === 0 ? this.total > 0 : this.newestSlot >= oldestSlot(now, windowMs);
    return isRecent ? `${this.total} ${now}` : `${this.total}`;
  }

  private edgeOf(from: string, to: string): Counters {
    const known = this.edges.get(from, to);
    if (known) return known;
    const edge = {
      from,
      to,
      calls: 0,
      errors: 0,
      firstAt: this.clock.monotonic(),
      lastAt: 0,
      all: new LatencySketch(),
      slots: [],
    };
    this.edges.set(from, to, edge);
    return edge;
  }

  private figures(edges: readonly Counters[], windowMs: number): CallFigures {
    const now = this.clock.monotonic();
    const firstAt = Math.min(...edges.map((edge) => edge.firstAt));
    const oldest = oldestSlot(now, windowMs);
    const from = windowMs > 0 ? Math.max(firstAt, oldest * SLOT_MS) : firstAt;
    const latency = new LatencySketch();
    let errors = 0;
    for (const edge of edges) {
      if (windowMs === 0) {
        latency.merge(edge.all);
        errors += edge.errors;
        continue;
      }
      for (const slot of edge.slots) {
        if (!slot || slot.number < oldest) continue;
        latency.merge(slot.latency);
        errors += slot.errors;
      }
    }
    const [p50Ms, p95Ms, p99Ms] = latency.quantiles(SHARES);
    return {
      calls: edges.reduce((sum, edge) => sum + edge.calls, 0),
      errors: edges.reduce((sum, edge) => sum + edge.errors, 0),
      rate: (latency.count / Math.max(SHORTEST_RATE_MS, now - from)) * 1000,
      errorShare: latency.count > 0 ? errors / latency.count : 0,
      p50Ms,
      p95Ms,
      p99Ms,
      lastAt: Math.max(...edges.map((edge) => edge.lastAt)),
    };
  }
}

/** Number of the first slot that a window reaches back to. */
function oldestSlot(now: number, windowMs: number): number {
  return Math.floor(now / SLOT_MS) - Math.ceil(Math.min(windowMs, LONGEST_WINDOW_MS - SLOT_MS) / SLOT_MS);
}
