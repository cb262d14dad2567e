import { expect, it } from 'vitest';
import { RecentTraces } from '../../../electron/server/traffic/recentTraces.ts';

it('the last ten thousand traces are known, however many there were, and the old ones are not', () => {
  const traces = new RecentTraces();
  for (let i = 0; i < 55_000; i++) traces.add(`trace ${i}`);
  expect(Array.from({ length: 10_000 }, (_, i) => `trace ${54_999 - i}`).every((id) => traces.has(id))).toBe(true);
  expect(traces.has('trace 0')).toBe(false);
  expect(traces.has('trace 34999')).toBe(false);
});
