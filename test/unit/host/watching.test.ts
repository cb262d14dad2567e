import { describe, expect, it } from 'vitest';
import { BurstGuard } from '../../../electron/server/host/burstGuard.ts';
import { LookQueue } from '../../../electron/server/host/lookQueue.ts';
import { FakeClock, flush } from '../../helpers/fakes/fakeClock.ts';

describe('bursts of events', () => {
  it('are told when they are over and were large, with the time they began', async () => {
    const clock = new FakeClock(1_000);
    const told: number[] = [];
    const guard = new BurstGuard(clock, (began) => told.push(began));
    for (let i = 0; i < 100; i++) guard.note();
    await clock.advance(1_000);
    expect(told).toEqual([]);
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 500; i++) guard.note();
      await clock.advance(100);
      expect(told).toEqual([]);
    }
    await clock.advance(1_000);
    expect(told).toEqual([2_000]);
    expect(clock.pendingTimers).toBe(0);
    guard.note();
    guard.dispose();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('paths to look at', () => {
  it('are looked at a few at a time, and once more when something happened meanwhile', async () => {
    const looked: string[] = [];
    const gates: (() => void)[] = [];
    const queue = new LookQueue(2, async (path) => {
      looked.push(path);
      await new Promise<void>((resolve) => gates.push(resolve));
    });
    for (const path of ['a', 'b', 'c', 'a', 'a', 'c']) queue.add(path);
    await flush();
    expect(looked).toEqual(['a', 'b']);
    while (gates.length > 0) {
      gates.shift()?.();
      await flush();
    }
    expect(looked.sort()).toEqual(['a', 'a', 'b', 'c', 'c']);
  });

  it('go on after a look that failed', async () => {
    const looked: string[] = [];
    const queue = new LookQueue(1, async (path) => {
      looked.push(path);
      if (path === 'bad') throw new Error('gone');
    });
    queue.add('bad');
    queue.add('good');
    await flush();
    expect(looked).toEqual(['bad', 'good']);
  });
});
