import { create } from '@bufbuild/protobuf';
import { beforeEach, expect, it } from 'vitest';
import { MetricBoard } from '../../../electron/server/traces/metricBoard.ts';
import { type ResourceMetrics, ResourceMetricsSchema } from '../../../shared/contract/gen/otlp_pb.ts';

let board: MetricBoard;

beforeEach(() => {
  board = new MetricBoard();
});

const name = (service: string) => ({
  attributes: [{ key: 'service.name', value: { value: { case: 'stringValue' as const, value: service } } }],
});

function gauge(service: string, value: number, tag = ''): ResourceMetrics {
  const attributes = tag ? [{ key: 'tag', value: { value: { case: 'stringValue' as const, value: tag } } }] : [];
  return create(ResourceMetricsSchema, {
    resource: name(service),
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'queue.length',
            unit: '1',
            gauge: { dataPoints: [{ timeUnixNano: 5_000_000n, value: { case: 'asDouble', value }, attributes }] },
          },
        ],
      },
    ],
  });
}

it('the last value of each series is kept, by service', () => {
  board.add([gauge('orders', 1), gauge('orders', 7), gauge('orders', 2, 'eu'), gauge('cart', 3)]);
  expect(board.metrics('orders')).toEqual([
    {
      service: 'orders',
      name: 'queue.length',
      description: '',
      unit: '1',
      kind: 'gauge',
      points: [
        { attributes: {}, at: 5, value: 7, count: 0, sum: 0 },
        { attributes: { tag: 'eu' }, at: 5, value: 2, count: 0, sum: 0 },
      ],
    },
  ]);
  expect(board.metrics('').map(({ service }) => service)).toEqual(['cart', 'orders']);
});

it('a histogram has its mean and its quantiles', () => {
  board.add([
    create(ResourceMetricsSchema, {
      resource: name('orders'),
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'latency',
              histogram: {
                dataPoints: [{ count: 10n, sum: 150, bucketCounts: [0n, 10n, 0n], explicitBounds: [10, 20] }],
              },
            },
          ],
        },
      ],
    }),
  ]);
  const point = board.metrics('orders')[0]?.points[0];
  expect(point).toMatchObject({ count: 10, sum: 150, value: 15, p50: 15 });
  expect(point?.p95).toBeCloseTo(19.5);
});

it('a program that makes up series without end is told how many had no place', () => {
  const rejected = board.add(Array.from({ length: 2500 }, (_, i) => gauge('orders', i, `user-${i}`)));
  expect(rejected).toBe(500);
  expect(board.add([gauge('orders', 9, 'user-1')])).toBe(0);
});
