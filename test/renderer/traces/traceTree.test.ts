import { create, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLineText } from '../../../renderer/features/traces/logLineText.ts';
import { filterFrom, paramsOf, requestOf } from '../../../renderer/features/traces/traceFilter.ts';
import {
  compareTraces,
  firstCause,
  rulerSteps,
  serviceShares,
  timeOf,
  traceRows,
} from '../../../renderer/features/traces/traceTree.ts';
import { mergeTraces } from '../../../renderer/features/traces/useLiveTraces.ts';
import { type Span, SpanSchema, TraceSummarySchema } from '../../../shared/contract/gen/traces_pb.ts';

function span(spanId: string, parentSpanId: string, init: MessageInitShape<typeof SpanSchema> = {}): Span {
  return create(SpanSchema, { spanId, parentSpanId, service: spanId, name: `GET /${spanId}`, ...init });
}

const shop = [
  span('storefront', '', { startedAt: 1000, durationMs: 100 }),
  span('orders', 'storefront', { startedAt: 1010, durationMs: 80, failed: true }),
  span('payments', 'orders', { startedAt: 1060, durationMs: 20, failed: true }),
  span('cart', 'orders', { startedAt: 1020, durationMs: 30 }),
];

describe('the spans of a trace', () => {
  it('stand below their callers in the order of their start', () => {
    expect(
      traceRows(shop).map(({ span: { spanId }, depth, offsetMs, below }) => [spanId, depth, offsetMs, below]),
    ).toEqual([
      ['storefront', 0, 0, 3],
      ['orders', 1, 10, 2],
      ['cart', 2, 20, 0],
      ['payments', 2, 60, 0],
    ]);
  });

  it('a closed span hides those below it and tells how many of them failed', () => {
    const rows = traceRows(shop, new Set(['orders']));
    expect(rows.map(({ span: { spanId } }) => spanId)).toEqual(['storefront', 'orders']);
    expect(rows[1]).toMatchObject({ below: 2, failedBelow: 1 });
  });

  it('a span whose caller nobody reported stands at the top and says so', () => {
    const [, orphan] = traceRows([span('a', ''), span('b', 'gone', { startedAt: 5 })]);
    expect(orphan).toMatchObject({ depth: 0, isOrphan: true });
  });

  it('every span is shown once, whatever parents are reported', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const parents = fc.array(fc.constantFrom(...ids, '', 'gone'), { minLength: ids.length, maxLength: ids.length });
    fc.assert(
      fc.property(parents, (of) => {
        const rows = traceRows(ids.map((id, index) => span(id, of[index] ?? '')));
        expect(rows.map(({ span: { spanId } }) => spanId).sort()).toEqual(ids);
      }),
    );
  });

  it('the cause of a failure is the deepest span that failed', () => {
    expect(firstCause(traceRows(shop))?.span.spanId).toBe('payments');
    expect(firstCause(traceRows(shop.slice(0, 1)))).toBeUndefined();
  });

  it('a service is charged for its own time, not for what it waited for', () => {
    const own = new Map(serviceShares(shop).map(({ service, ownMs }) => [service, ownMs]));
    expect([...own]).toEqual([
      ['storefront', 20],
      ['orders', 30],
      ['cart', 30],
      ['payments', 20],
    ]);
    // Two calls side by side are waited for once.
    const side = [
      span('a', '', { startedAt: 0, durationMs: 10 }),
      span('b', 'a', { startedAt: 2, durationMs: 4 }),
      span('c', 'a', { startedAt: 3, durationMs: 5 }),
    ];
    expect(serviceShares(side)[0]?.ownMs).toBe(4);
  });

  it('two traces are compared by what they did, the greatest difference first', () => {
    const slow = [...shop.slice(0, 2), span('cart', 'orders', { durationMs: 70 })];
    expect(compareTraces(shop, slow)[0]).toMatchObject({ service: 'cart', sumA: 30, sumB: 70 });
    expect(compareTraces(shop, slow).find(({ service }) => service === 'payments')).toMatchObject({
      countA: 1,
      countB: 0,
    });
  });

  it('the ruler has round numbers and ends before the trace does', () => {
    expect(rulerSteps(243, 6)).toEqual([0, 50, 100, 150, 200]);
    expect(rulerSteps(0, 6)).toEqual([0]);
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e7, noNaN: true }), (ms) => {
        expect(rulerSteps(ms, 6).length).toBeLessThanOrEqual(7);
        expect(Math.max(...rulerSteps(ms, 6))).toBeLessThan(ms);
      }),
    );
  });

  it('begins with the first start and ends with the last end', () => {
    expect(timeOf(shop)).toEqual({ startedAt: 1000, durationMs: 100 });
    expect(timeOf([])).toEqual({ startedAt: 0, durationMs: 0 });
  });
});

describe('the list of traces', () => {
  const trace = (traceId: string, startedAt: number, spans = 1) =>
    create(TraceSummarySchema, { traceId, startedAt, spans });

  it('a trace that grew takes the place of what was known of it, new ones come first', () => {
    const merged = mergeTraces([trace('b', 2), trace('a', 1)], [trace('a', 1, 5), trace('c', 3)]);
    expect(merged.map(({ traceId, spans }) => [traceId, spans])).toEqual([
      ['c', 1],
      ['b', 1],
      ['a', 5],
    ]);
  });

  it('its filter survives the address of the page', () => {
    const filter = { services: ['cart', 'orders'], failedOnly: true, minDurationMs: 100, text: 'refused & more' };
    expect(filterFrom(paramsOf(filter))).toEqual(filter);
    expect(paramsOf(filterFrom({}))).toEqual({});
    expect(filterFrom({ min: 'x' }).minDurationMs).toBe(0);
    expect(requestOf(filter)).toMatchObject({ status: 'error', services: ['cart', 'orders'], minDurationMs: 100 });
  });
});

describe('a log line below a trace', () => {
  it('of JSON says its message first', () => {
    expect(logLineText('{"time":"x","level":"info","message":"charged","cents":690}')).toBe('charged  cents=690');
    expect(logLineText('{"a":1}')).toBe('{"a":1}');
    expect(logLineText('{broken')).toBe('{broken');
    expect(logLineText('\u001b[31mred\u001b[0m')).toBe('red');
  });
});
