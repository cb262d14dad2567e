import { beforeEach, expect, it } from 'vitest';
import { OUTSIDE } from '../../../electron/server/traffic/call.ts';
import { CallStats } from '../../../electron/server/traffic/callStats.ts';
import { aCall } from '../../helpers/aCall.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

let clock: FakeClock;
let stats: CallStats;

beforeEach(() => {
  clock = new FakeClock();
  stats = new CallStats(clock);
});

it('calls and errors are counted for each edge, since the start', () => {
  for (let i = 0; i < 3; i++) stats.add(aCall({ from: 'web', to: 'cart' }));
  stats.add(aCall({ from: 'web', to: 'cart', status: 402 }));
  stats.add(aCall({ from: OUTSIDE, to: 'web', status: 502, error: 'refused' }));
  expect(stats.byEdge(0)).toMatchObject([
    { from: 'web', to: 'cart', calls: 4, errors: 1, errorShare: 0.25 },
    { from: OUTSIDE, to: 'web', calls: 1, errors: 1, errorShare: 1 },
  ]);
});

it('a caller that went away is a call and no error', () => {
  stats.add(aCall({ status: 0, error: 'the caller went away' }));
  expect(stats.byEdge(0)).toMatchObject([{ calls: 1, errors: 0 }]);
});

it('a failed gRPC call is an error though its HTTP status is 200', () => {
  stats.add(aCall({ kind: 'grpc', status: 200, grpcStatus: 5 }));
  stats.add(aCall({ kind: 'grpc', status: 200, grpcStatus: 0 }));
  expect(stats.byEdge(0)).toMatchObject([{ calls: 2, errors: 1 }]);
});

it('the rate is that of the window and stays true while calls go on steadily', async () => {
  for (let second = 0; second < 120; second++) {
    for (let i = 0; i < 5; i++) stats.add(aCall({}));
    await clock.advance(1000);
  }
  for (const windowMs of [10_000, 60_000, 0]) expect(stats.byEdge(windowMs)[0]?.rate).toBeCloseTo(5, 1);
});

it('what is older than the window counts no more, the totals stay', async () => {
  for (let i = 0; i < 10; i++) stats.add(aCall({ durationMs: 900, status: 500 }));
  await clock.advance(90_000);
  for (let i = 0; i < 10; i++) stats.add(aCall({ durationMs: 10 }));
  const [recent] = stats.byEdge(60_000);
  expect(recent).toMatchObject({ calls: 20, errors: 10, errorShare: 0 });
  expect(recent?.p99Ms).toBeLessThan(11);
  expect(stats.byEdge(0)[0]?.p95Ms).toBeGreaterThan(880);
  await clock.advance(400_000);
  expect(stats.byEdge(300_000)[0]).toMatchObject({ calls: 20, rate: 0, errorShare: 0, p50Ms: 0 });
});

it('a service is all its callers together', () => {
  for (let i = 0; i < 9; i++) stats.add(aCall({ from: 'a', to: 'db', durationMs: 10 }));
  stats.add(aCall({ from: 'b', to: 'db', durationMs: 500, status: 500 }));
  const figures = stats.byService(0).get('db');
  expect(figures).toMatchObject({ calls: 10, errors: 1 });
  expect(figures?.p50Ms).toBeCloseTo(10, 0);
  expect(figures?.p99Ms).toBeGreaterThan(490);
});

it('the number of edges is bounded', () => {
  for (let i = 0; i < 6000; i++) stats.add(aCall({ to: `s${i}` }));
  const edges = stats.byEdge(0);
  expect(edges).toHaveLength(5000);
  expect(edges.at(-1)?.to).toBe('s5999');
});

it('figures that cannot have changed are known by their stamp, without counting anything', async () => {
  const still = stats.stamp(60_000);
  await clock.advance(5000);
  expect(stats.stamp(60_000)).toBe(still);
  stats.add(aCall({}));
  // A rate is about a time that goes on.
  for (const windowMs of [60_000, 0]) {
    const before = { stamp: stats.stamp(windowMs), figures: stats.byEdge(windowMs) };
    await clock.advance(5000);
    expect(stats.byEdge(windowMs)).not.toEqual(before.figures);
    expect(stats.stamp(windowMs)).not.toBe(before.stamp);
  }
  await clock.advance(80_000);
  const gone = { stamp: stats.stamp(60_000), figures: stats.byEdge(60_000) };
  expect(gone.stamp).not.toBe(still);
  await clock.advance(5000);
  expect(stats.stamp(60_000)).toBe(gone.stamp);
  expect(stats.byEdge(60_000)).toEqual(gone.figures);
});
