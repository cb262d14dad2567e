import type { StoredSpan } from '../../electron/server/traces/span.ts';

/** A span with the given parts; the rest is of no matter. Ids may be short: they are filled up with zeros. */
export function aSpan(parts: Partial<StoredSpan>): StoredSpan {
  return {
    service: 'web',
    name: 'GET /',
    kind: 'server',
    startedAt: 1_000,
    durationMs: 10,
    failed: false,
    message: '',
    attributes: {},
    events: [],
    links: [],
    source: 'gateway',
    from: 'outside',
    instance: 'web-1',
    ...parts,
    traceId: (parts.traceId ?? 'a').padEnd(32, '0'),
    spanId: (parts.spanId ?? '1').padStart(16, '0'),
    parentSpanId: parts.parentSpanId ? parts.parentSpanId.padStart(16, '0') : '',
  };
}
