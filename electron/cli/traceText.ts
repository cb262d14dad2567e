import type { Span, TraceSummary } from '../../shared/contract/gen/traces_pb.ts';
import { formatLatency } from './callText.ts';
import type { Colours } from './colours.ts';
import { serviceColour } from './logPrinter.ts';
import { type Column, renderTable } from './table.ts';
import { printableText } from './terminalText.ts';

/** Characters of the bar that stands for the whole trace. */
const BAR_WIDTH = 32;

/** A trace in the shape of `micro trace --json`. */
export function traceJson(summary: TraceSummary): Record<string, unknown> {
  const { traceId, service, name, startedAt, durationMs, spans, errors, services } = summary;
  return { traceId, service, name, startedAt: isoTime(startedAt), durationMs, spanCount: spans, errors, services };
}

/** A span in the shape of `micro trace ID --json`. */
export function spanJson(span: Span): Record<string, unknown> {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    service: span.service,
    name: span.name,
    kind: span.kind,
    startedAt: isoTime(span.startedAt),
    durationMs: span.durationMs,
    failed: span.failed,
    message: span.message,
    attributes: span.attributes,
    events: span.events.map(({ at, name, attributes }) => ({ at: isoTime(at), name, attributes })),
    links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
    source: span.source,
    from: span.from,
    instance: span.instance,
  };
}

/** Spans as lines: a tree of names, how long each took, and a bar where in the trace it stands. */
export function waterfall(spans: readonly Span[], colours: Colours): string[] {
  const start = Math.min(...spans.map((span) => span.startedAt));
  const end = Math.max(...spans.map((span) => span.startedAt + span.durationMs));
  const depths = depthsOf(spans);
  const clean = (text: string): string => printableText(text, false);
  const columns: Column<Span>[] = [
    {
      title: 'SPAN',
      text: (span) => `${'  '.repeat(depths.get(span) ?? 0)}${clean(span.service)}  ${clean(span.name)}`,
      colour: (text, span) => serviceColour(colours, span.service)(text),
    },
    { title: 'TOOK', text: (span) => formatLatency(span.durationMs), align: 'right' },
    {
      title: 'WHEN',
      text: (span) => barOf(span, start, end),
      colour: (text, span) => (span.failed ? colours.red(text) : text),
    },
    {
      title: '',
      text: (span) => (span.failed ? clean(span.message || 'failed') : ''),
      colour: (text) => colours.red(text),
    },
  ];
  return renderTable(columns, spans, colours.dim);
}

function depthsOf(spans: readonly Span[]): Map<Span, number> {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const depths = new Map<Span, number>();
  for (const span of spans) {
    const parent = byId.get(span.parentSpanId);
    depths.set(span, parent && parent !== span ? (depths.get(parent) ?? 0) + 1 : 0);
  }
  return depths;
}

function barOf(span: Span, start: number, end: number): string {
  const scale = BAR_WIDTH / Math.max(0.001, end - start);
  const from = Math.min(BAR_WIDTH - 1, Math.floor((span.startedAt - start) * scale));
  const length = Math.max(1, Math.min(BAR_WIDTH - from, Math.round(span.durationMs * scale)));
  return `${'·'.repeat(from)}${'━'.repeat(length)}${'·'.repeat(BAR_WIDTH - from - length)}`;
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
