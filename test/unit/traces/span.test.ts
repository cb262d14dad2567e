import { expect, it } from 'vitest';
import { inTreeOrder, withinLimits } from '../../../electron/server/traces/span.ts';
import { aSpan } from '../../helpers/aSpan.ts';

const order = (...spans: Parameters<typeof aSpan>[0][]): string[] =>
  inTreeOrder(spans.map(aSpan)).map(({ spanId }) => spanId.replace(/^0+/, ''));

it('parents come before their children, siblings by their start', () => {
  expect(
    order(
      { spanId: '5', parentSpanId: '2', startedAt: 9 },
      { spanId: '3', parentSpanId: '1', startedAt: 7 },
      { spanId: '2', parentSpanId: '1', startedAt: 8 },
      { spanId: '1', startedAt: 8.5 },
      { spanId: '4', parentSpanId: '3', startedAt: 1 },
    ),
  ).toEqual(['1', '3', '4', '2', '5']);
});

it('no span is lost: without its parent, its own parent, or in a circle', () => {
  expect(order({ spanId: '2', parentSpanId: 'gone' }, { spanId: '3', parentSpanId: '3' })).toEqual(['2', '3']);
  expect(order({ spanId: '1', parentSpanId: '2' }, { spanId: '2', parentSpanId: '1' }).sort()).toEqual(['1', '2']);
});

it('a span that is a document is cut', () => {
  const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`a${i}`, 'x'.repeat(100_000)]));
  const span = withinLimits(aSpan({ attributes, name: 'n'.repeat(10_000), message: 'm'.repeat(1_000_000) }));
  expect(JSON.stringify(span).length).toBeLessThan(1_200_000);
  expect(Object.keys(span.attributes)).toHaveLength(128);
});
