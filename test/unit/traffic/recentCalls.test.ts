import { expect, it } from 'vitest';
import { RecentCalls } from '../../../electron/server/traffic/recentCalls.ts';
import { aCall } from '../../helpers/aCall.ts';

it('the newest calls come first, and the filter is for every part', () => {
  const calls = new RecentCalls();
  calls.add(aCall({ from: 'web', to: 'cart', path: '/add' }));
  calls.add(aCall({ from: 'web', to: 'mail', method: 'POST', status: 500, traceId: 'ff' }));
  calls.add(aCall({ from: 'cart', to: 'mail', path: '/Send' }));
  const ids = (...args: Parameters<RecentCalls['find']>): number[] => calls.find(...args).map(({ id }) => id);
  expect(ids({}, 10)).toEqual([3, 2, 1]);
  expect(ids({}, 2)).toEqual([3, 2]);
  expect(ids({ beforeId: 3 }, 10)).toEqual([2, 1]);
  expect(ids({ from: 'web' }, 10)).toEqual([2, 1]);
  expect(ids({ from: 'web', to: 'mail' }, 10)).toEqual([2]);
  expect(ids({ failedOnly: true }, 10)).toEqual([2]);
  expect(ids({ traceId: 'ff' }, 10)).toEqual([2]);
  expect(ids({ text: 'send' }, 10)).toEqual([3]);
  expect(ids({ text: 'post' }, 10)).toEqual([2]);
});

it('a busy edge does not push out the calls of a quiet one, nor its own failed ones', () => {
  const calls = new RecentCalls();
  calls.add(aCall({ from: 'web', to: 'quiet' }));
  calls.add(aCall({ from: 'web', to: 'busy', status: 503 }));
  for (let i = 0; i < 12_000; i++) calls.add(aCall({ from: 'web', to: 'busy' }));
  expect(calls.find({ to: 'quiet' }, 10)).toHaveLength(1);
  expect(calls.find({ to: 'busy', failedOnly: true }, 10)).toHaveLength(1);
  expect(calls.find({}, 100_000).length).toBeLessThan(10_200);
});
