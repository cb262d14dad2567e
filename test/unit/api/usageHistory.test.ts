import { describe, expect, it } from 'vitest';
import { UsageHistory, usageSpanMs } from '../../../electron/server/api/usageHistory.ts';

const usage = (service: string, cpuPercent: number, memoryBytes: number) => ({
  service,
  cpuPercent,
  memoryBytes,
  processes: 1,
  threads: 11,
  ports: [4001],
});
const beginMs = 1_700_000_000_000 - (1_700_000_000_000 % usageSpanMs);

describe('the history of usage', () => {
  it('puts the samples of a span together: mean CPU, highest memory, the latest of the rest', () => {
    const history = new UsageHistory();
    history.add(beginMs + 1, [usage('orders', 10, 100)]);
    history.add(beginMs + 2, [usage('orders', 40, 300)]);
    history.add(beginMs + 3, [{ ...usage('orders', 70, 200), threads: 12, ports: [4001, 4002] }]);
    history.add(beginMs + usageSpanMs, [usage('orders', 5, 50)]);
    expect(history.points('orders', 0)).toEqual([
      { at: beginMs, cpuPercent: 40, memoryBytes: 300, processes: 1, threads: 12, ports: [4001, 4002] },
      { at: beginMs + usageSpanMs, cpuPercent: 5, memoryBytes: 50, processes: 1, threads: 11, ports: [4001] },
    ]);
    expect(history.points('orders', beginMs)).toHaveLength(1);
    expect(history.points('stock', 0)).toEqual([]);
  });

  it('keeps an hour and forgets services that are gone', () => {
    const history = new UsageHistory();
    history.add(beginMs, [usage('gone', 1, 1)]);
    for (let span = 0; span < 1000; span++) history.add(beginMs + span * usageSpanMs, [usage('orders', 1, 1)]);
    const points = history.points('orders', 0);
    expect(points).toHaveLength(3_600_000 / usageSpanMs);
    expect(points.at(-1)?.at).toBe(beginMs + 999 * usageSpanMs);
    expect(history.points('gone', 0)).toEqual([]);
  });

  it('shows time in which nobody watched as a gap', () => {
    const history = new UsageHistory();
    history.add(beginMs, [usage('orders', 1, 1)]);
    history.add(beginMs + 10 * usageSpanMs, [usage('orders', 2, 1)]);
    expect(history.points('orders', 0).map(({ at }) => (at - beginMs) / usageSpanMs)).toEqual([0, 10]);
  });
});
