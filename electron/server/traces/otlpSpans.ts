import type { ResourceSpans, Span as ReportedSpan } from '../../../shared/contract/gen/otlp_pb.ts';
import { attributesOf, hexOf, millis, type Reporter, reporterOf } from './otlpValues.ts';
import type { StoredSpan } from './span.ts';

const KINDS: Readonly<Record<number, StoredSpan['kind']>> = {
  2: 'server',
  3: 'client',
  4: 'producer',
  5: 'consumer',
};

const STATUS_ERROR = 2;

/** The spans of a report; `rejected` counts those without a valid id. */
export function spansOf(
  resources: readonly ResourceSpans[],
  sender?: string,
): { spans: StoredSpan[]; rejected: number } {
  const spans: StoredSpan[] = [];
  let rejected = 0;
  for (const { resource, scopeSpans } of resources) {
    const reporter = reporterOf(resource, sender);
    for (const { scope, spans: reported } of scopeSpans) {
      for (const one of reported) {
        const span = toSpan(one, reporter, scope?.name ?? '');
        if (span) spans.push(span);
        else rejected++;
      }
    }
  }
  return { spans, rejected };
}

function toSpan(span: ReportedSpan, reporter: Reporter, scope: string): StoredSpan | undefined {
  const traceId = hexOf(span.traceId);
  const spanId = hexOf(span.spanId);
  if (traceId.length !== 32 || spanId.length !== 16) return undefined;
  const failed = span.status?.code === STATUS_ERROR;
  const startedAt = millis(span.startTimeUnixNano);
  const attributes = attributesOf(span.attributes);
  if (scope) attributes['otel.scope.name'] = scope;
  return {
    traceId,
    spanId,
    parentSpanId: hexOf(span.parentSpanId),
    service: reporter.service,
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    startedAt,
    durationMs: Math.max(0, millis(span.endTimeUnixNano) - startedAt),
    failed,
    message: failed ? span.status?.message || attributes['error.type'] || '' : '',
    attributes,
    events: span.events.map((event) => ({
      at: millis(event.timeUnixNano),
      name: event.name,
      attributes: attributesOf(event.attributes),
    })),
    links: span.links.map((link) => ({ traceId: hexOf(link.traceId), spanId: hexOf(link.spanId) })),
    source: 'service',
    from: '',
    instance: reporter.instance,
  };
}
