import type { GraphEdge } from '../../../shared/contract/gen/graph_pb.ts';
import { isOfEvents } from '../../state/traffic.ts';
import { formatLatency, formatRate, formatShare } from '../../ui/trafficFormat.ts';

/** From this share of failed calls on a line counts as failing rather than as having some errors. */
const failingFrom = 0.05;

/** Widths of a line, px, by the decade of its rate: below 1/s, below 10/s, below 100/s, more. */
const widths = [1.6, 2.2, 3, 4] as const;

/** How calls on a line go. `unseen`: declared, never called; `idle`: called before, not in the window. */
export type Health = 'unseen' | 'idle' | 'ok' | 'warn' | 'bad';

/** Figures of one line, or of the lines that stand together for a collapsed group. */
export interface EdgeFigures {
  readonly health: Health;
  /** Calls a second in the window. */
  readonly rate: number;
  /** Share of the calls in the window that failed, 0 to 1. */
  readonly errorShare: number;
  /** Of the slowest of the lines that stand together. */
  readonly p95Ms: number;
  /** Since the server started. */
  readonly calls: number;
  /** Events to or from a topic: they have no duration, and none fails. */
  readonly ofEvents: boolean;
}

const unseen: EdgeFigures = { health: 'unseen', rate: 0, errorShare: 0, p95Ms: 0, calls: 0, ofEvents: false };

function healthOf(calls: number, rate: number, errorShare: number): Health {
  if (calls === 0) return 'unseen';
  if (rate === 0) return 'idle';
  if (errorShare >= failingFrom) return 'bad';
  return errorShare > 0 ? 'warn' : 'ok';
}

/** The figures of a line that stands for the seen edges with these keys. */
export function figuresOf(parts: readonly string[], edges: ReadonlyMap<string, GraphEdge>): EdgeFigures {
  let calls = 0;
  let rate = 0;
  let failing = 0;
  let p95Ms = 0;
  let ofEvents = true;
  for (const part of parts) {
    const edge = edges.get(part);
    if (!edge) continue;
    calls += edge.calls;
    ofEvents &&= isOfEvents(edge);
    rate += edge.rate;
    failing += edge.rate * edge.errorShare;
    p95Ms = Math.max(p95Ms, edge.p95Ms);
  }
  if (calls === 0) return unseen;
  const errorShare = rate > 0 ? failing / rate : 0;
  return { health: healthOf(calls, rate, errorShare), rate, errorShare, p95Ms, calls, ofEvents };
}

/**
 * A line gets thinner only when its rate is this part below the decade that made it so thick. A rate about a border would
 * else change the width with every look, and each change costs a new layout of the whole drawing.
 */
const thinnerBelow = 0.7;

function widthFor(rate: number): number {
  if (rate <= 0) return widths[0];
  const decade = Math.floor(Math.log10(rate)) + 1;
  return widths[Math.min(widths.length - 1, Math.max(0, decade))] as number;
}

/**
 * Width of a line, px, that had the width `before`. It changes only when the rate changes by an order of magnitude: a line
 * that breathes is noise.
 */
export function lineWidth(rate: number, before = 0): number {
  const wanted = widthFor(rate);
  return wanted < before ? Math.min(before, widthFor(rate / thinnerBelow)) : wanted;
}

/** What is written on a line; `short` where there is little room. Empty when nothing was called in the window. */
export function lineLabel({ health, rate, errorShare, p95Ms, ofEvents }: EdgeFigures, short: boolean): string {
  if (health === 'unseen' || health === 'idle') return '';
  if (health === 'bad') return short ? `▲ ${formatShare(errorShare)}` : `▲ ${formatShare(errorShare)} errors`;
  if (short || ofEvents) return formatRate(rate);
  const last = health === 'warn' ? `▲ ${formatShare(errorShare)}` : formatLatency(p95Ms);
  return `${formatRate(rate)} · ${last}`;
}

/** What a line says in words. */
export function lineWords(figures: EdgeFigures): string {
  switch (figures.health) {
    case 'unseen':
      return 'declared, no call seen yet';
    case 'idle':
      return figures.ofEvents ? 'no events lately' : 'no calls lately';
    default:
      if (figures.ofEvents) return `${formatRate(figures.rate)} events`;
      return `${formatRate(figures.rate)}, 95 % within ${formatLatency(figures.p95Ms)}, ${formatShare(figures.errorShare)} errors`;
  }
}
