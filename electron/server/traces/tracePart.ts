import type { StoredSpan, TraceFacts } from './span.ts';

/** Names of a trace that are kept for search; a trace with more of them is found by the first ones. */
const MAX_NAMES = 24;

/** What one segment holds of a trace: where its spans lie, and their sum. */
export interface TracePart {
  /** Bytes of the segment file between which its spans lie, others among them. */
  start: number;
  end: number;
  /** ms since 1970. */
  firstAt: number;
  lastAt: number;
  spans: number;
  errors: number;
  /** Span that the trace is called by. */
  service: string;
  name: string;
  /** Whether that span has no parent; then it stays. */
  hasRoot: boolean;
  /** When the first span of each service began, ms since 1970. */
  services: Record<string, number>;
  /** Names of spans and messages of errors, for search. */
  words: string[];
}

/** The part that a first span makes. */
export function partOf(span: StoredSpan, start: number, end: number): TracePart {
  const part: TracePart = {
    start,
    end,
    firstAt: span.startedAt,
    lastAt: span.startedAt + span.durationMs,
    spans: 0,
    errors: 0,
    service: span.service,
    name: span.name,
    hasRoot: span.parentSpanId === '',
    services: {},
    words: [],
  };
  addToPart(part, span, end);
  return part;
}

/** Adds a span that ends at byte `end` of the segment. */
export function addToPart(part: TracePart, span: StoredSpan, end: number): void {
  const isRoot = span.parentSpanId === '';
  if (isRoot ? !part.hasRoot || span.startedAt < part.firstAt : !part.hasRoot && span.startedAt < part.firstAt) {
    part.service = span.service;
    part.name = span.name;
    part.hasRoot ||= isRoot;
  }
  part.end = Math.max(part.end, end);
  part.firstAt = Math.min(part.firstAt, span.startedAt);
  part.lastAt = Math.max(part.lastAt, span.startedAt + span.durationMs);
  part.spans++;
  if (span.failed) part.errors++;
  part.services[span.service] = Math.min(part.services[span.service] ?? span.startedAt, span.startedAt);
  for (const word of [span.name, span.message]) {
    if (word && part.words.length < MAX_NAMES && !part.words.includes(word)) part.words.push(word);
  }
}

/** What the parts of a trace, one of each segment, come to. */
export function factsOf(traceId: string, parts: readonly TracePart[]): TraceFacts {
  const first = parts.find((part) => part.hasRoot) ?? parts.reduce((a, b) => (b.firstAt < a.firstAt ? b : a));
  const startedAt = Math.min(...parts.map((part) => part.firstAt));
  return {
    traceId,
    service: first.service,
    name: first.name,
    startedAt,
    durationMs: Math.max(...parts.map((part) => part.lastAt)) - startedAt,
    spans: parts.reduce((sum, part) => sum + part.spans, 0),
    errors: parts.reduce((sum, part) => sum + part.errors, 0),
    services: servicesOf(parts),
  };
}

/** Spans arrive at their end, so the order of their arrival says little: the services stand in order of their first span. */
function servicesOf(parts: readonly TracePart[]): string[] {
  const starts = new Map<string, number>();
  for (const part of parts) {
    for (const [service, at] of Object.entries(part.services)) {
      starts.set(service, Math.min(starts.get(service) ?? at, at));
    }
  }
  return [...starts].sort(([, a], [, b]) => a - b).map(([service]) => service);
}
