import type { Span } from '../../../shared/contract/gen/traces_pb.ts';

/** A span with its place among the others. */
export interface SpanRow {
  readonly span: Span;
  readonly depth: number;
  /** Spans below it, at any depth. */
  readonly below: number;
  /** Of those, the failed ones. */
  readonly failedBelow: number;
  /** Its parent is named, but nobody reported it. */
  readonly isOrphan: boolean;
  /** ms after the start of the trace. */
  readonly offsetMs: number;
}

/** Start and length of everything in a trace. */
export interface TraceSpanTime {
  /** ms since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** From the first start to the last end of these spans. */
export function timeOf(spans: readonly Span[]): TraceSpanTime {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { startedAt, durationMs } of spans) {
    start = Math.min(start, startedAt);
    end = Math.max(end, startedAt + durationMs);
  }
  return spans.length === 0 ? { startedAt: 0, durationMs: 0 } : { startedAt: start, durationMs: end - start };
}

/**
 * The spans of a trace as a tree written in lines, children after their parent in order of their start. A span whose parent
 * is not there stands at the top; so does one of a circle, which damaged reports can make. Spans below a closed one are left
 * out.
 */
export function traceRows(spans: readonly Span[], closed: ReadonlySet<string> = new Set()): SpanRow[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const children = new Map<string, Span[]>();
  const roots: Span[] = [];
  for (const span of spans) {
    const { parentSpanId, spanId } = span;
    if (parentSpanId === '' || parentSpanId === spanId || !byId.has(parentSpanId)) roots.push(span);
    else children.set(parentSpanId, [...(children.get(parentSpanId) ?? []), span]);
  }
  const byStart = (a: Span, b: Span): number => a.startedAt - b.startedAt || b.durationMs - a.durationMs;
  const { startedAt } = timeOf(spans);
  const rows: SpanRow[] = [];
  const seen = new Set<string>();

  const add = (span: Span, depth: number, isHidden: boolean): { below: number; failedBelow: number } => {
    seen.add(span.spanId);
    const at = rows.length;
    if (!isHidden) rows.push(undefined as never);
    let below = 0;
    let failedBelow = 0;
    for (const child of (children.get(span.spanId) ?? []).sort(byStart)) {
      if (seen.has(child.spanId)) continue;
      const inner = add(child, depth + 1, isHidden || closed.has(span.spanId));
      below += 1 + inner.below;
      failedBelow += (child.failed ? 1 : 0) + inner.failedBelow;
    }
    if (!isHidden) {
      const isOrphan = span.parentSpanId !== '' && !byId.has(span.parentSpanId);
      rows[at] = { span, depth, below, failedBelow, isOrphan, offsetMs: span.startedAt - startedAt };
    }
    return { below, failedBelow };
  };

  for (const root of roots.sort(byStart)) add(root, 0, false);
  // What is left hangs in a circle.
  for (const span of [...spans].sort(byStart)) if (!seen.has(span.spanId)) add(span, 0, false);
  return rows;
}

/** The failed span that the others failed because of: the deepest, of those the first. Undefined when none failed. */
export function firstCause(rows: readonly SpanRow[]): SpanRow | undefined {
  let found: SpanRow | undefined;
  for (const row of rows) if (row.span.failed && (!found || row.depth > found.depth)) found = row;
  return found;
}

/** Services of a trace in order of their first span, with their spans and their own time: without that of their children. */
export interface ServiceShare {
  readonly service: string;
  readonly spans: number;
  readonly failed: number;
  readonly ownMs: number;
}

function ownTime(span: Span, children: readonly Span[]): number {
  // Children that run side by side take their time together only once.
  const parts = children
    .map(({ startedAt, durationMs }) => ({
      from: Math.max(span.startedAt, startedAt),
      to: Math.min(span.startedAt + span.durationMs, startedAt + durationMs),
    }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of parts) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return Math.max(0, span.durationMs - covered);
}

/** What each service contributed to a trace. */
export function serviceShares(spans: readonly Span[]): ServiceShare[] {
  const children = new Map<string, Span[]>();
  for (const span of spans) children.set(span.parentSpanId, [...(children.get(span.parentSpanId) ?? []), span]);
  const shares = new Map<string, ServiceShare>();
  for (const span of [...spans].sort((a, b) => a.startedAt - b.startedAt)) {
    const before = shares.get(span.service) ?? { service: span.service, spans: 0, failed: 0, ownMs: 0 };
    shares.set(span.service, {
      service: span.service,
      spans: before.spans + 1,
      failed: before.failed + (span.failed ? 1 : 0),
      ownMs: before.ownMs + ownTime(span, children.get(span.spanId) ?? []),
    });
  }
  return [...shares.values()];
}

/** The same work in two traces. */
export interface ComparedWork {
  readonly service: string;
  readonly name: string;
  readonly countA: number;
  readonly countB: number;
  /** Sum of the durations, ms. */
  readonly sumA: number;
  readonly sumB: number;
}

/** Lays two traces side by side, by service and name of span; the greatest difference first. */
export function compareTraces(a: readonly Span[], b: readonly Span[]): ComparedWork[] {
  const work = new Map<string, ComparedWork>();
  const take = (spans: readonly Span[], isA: boolean): void => {
    for (const { service, name, durationMs } of spans) {
      const key = `${service}\n${name}`;
      const before = work.get(key) ?? { service, name, countA: 0, countB: 0, sumA: 0, sumB: 0 };
      work.set(
        key,
        isA
          ? { ...before, countA: before.countA + 1, sumA: before.sumA + durationMs }
          : { ...before, countB: before.countB + 1, sumB: before.sumB + durationMs },
      );
    }
  };
  take(a, true);
  take(b, false);
  return [...work.values()].sort((x, y) => Math.abs(y.sumB - y.sumA) - Math.abs(x.sumB - x.sumA));
}

/** Round times for a ruler of this length: at most `count` steps, the last below the end. */
export function rulerSteps(durationMs: number, count: number): number[] {
  if (durationMs <= 0) return [0];
  const rough = durationMs / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
  const steps: number[] = [];
  for (let at = 0; at < durationMs; at += step) steps.push(at);
  return steps;
}
