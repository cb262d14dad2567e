import type { TraceFacts } from './span.ts';
import type { TracePart } from './tracePart.ts';

/** Which traces are asked for; an empty or missing part means any. */
export interface TraceFilter {
  services?: readonly string[];
  status?: string;
  minDurationMs?: number;
  maxDurationMs?: number;
  /** Part of the id, of the name of a span or a service, or of an error, in any case. */
  text?: string;
  /** Begun at this time or later, ms since 1970. */
  since?: number;
  /** Begun before this time. */
  until?: number;
  /** With `until`: begun then as well, if it stands behind this trace in the order of {@link newestFirst}. */
  untilTraceId?: string;
}

/** The order of lists, which is the same each time: traces that began in the same moment stand in that of their ids. */
export function newestFirst(a: TraceFacts, b: TraceFacts): number {
  return b.startedAt - a.startedAt || (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0);
}

/** Whether a trace, made of these parts, is asked for. */
export function matchesTrace(facts: TraceFacts, parts: readonly TracePart[], filter: TraceFilter): boolean {
  const { services, status, minDurationMs, maxDurationMs, text, since, until, untilTraceId } = filter;
  if (services?.length && !services.some((service) => facts.services.includes(service))) return false;
  if (status === 'error' && facts.errors === 0) return false;
  if (status === 'ok' && facts.errors > 0) return false;
  if (minDurationMs && facts.durationMs < minDurationMs) return false;
  if (maxDurationMs && facts.durationMs > maxDurationMs) return false;
  if (since && facts.startedAt < since) return false;
  if (until && facts.startedAt >= until) {
    const isBehind = facts.startedAt === until && untilTraceId && facts.traceId > untilTraceId;
    if (!isBehind) return false;
  }
  if (!text) return true;
  const wanted = text.toLowerCase();
  return (
    facts.traceId.startsWith(wanted) ||
    [facts.name, ...facts.services, ...parts.flatMap((part) => part.words)].some((word) =>
      word.toLowerCase().includes(wanted),
    )
  );
}
