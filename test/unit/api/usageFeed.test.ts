import { describe, expect, it } from 'vitest';
import { UsageFeed } from '../../../electron/server/api/usageFeed.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

function fixture() {
  const clock = new FakeClock();
  const state = { cpuPercent: 0, measured: 0 };
  const feed = new UsageFeed(
    async () => {
      state.measured += 1;
      return [{ service: 'a', cpuPercent: state.cpuPercent, memoryBytes: 1, processes: 1, threads: 1, ports: [] }];
    },
    clock,
    silentLogger,
  );
  /** Seconds pass, one after the other. */
  const pass = async (seconds: number): Promise<number> => {
    const before = state.measured;
    for (let n = 0; n < seconds; n++) {
      await clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return state.measured - before;
  };
  return { feed, state, pass };
}

describe('usage that somebody watches', () => {
  it('is measured each second, every five while all services are quiet, and every ten when they stay so', async () => {
    const { feed, state, pass } = fixture();
    const watching = feed.subscribe(1000, () => {}, true);
    await pass(6);
    expect(await pass(20)).toBe(4);
    await pass(10);
    expect(await pass(40)).toBe(4);

    state.cpuPercent = 40;
    expect(await pass(10)).toBeGreaterThanOrEqual(1);
    expect(await pass(10)).toBe(10);

    state.cpuPercent = 0;
    await pass(6);
    expect(await pass(20)).toBe(4);
    watching.dispose();
    expect(await pass(20)).toBe(0);
    feed.dispose();
  });

  it('stays at rest over a single moment of work, and is measured each second after the second one', async () => {
    const { feed, state, pass } = fixture();
    feed.subscribe(1000, () => {}, true);
    await pass(40);
    state.cpuPercent = 40;
    const until = state.measured + 1;
    while (state.measured < until) await pass(1);
    state.cpuPercent = 0;
    // The one a second later, and then as before.
    expect(await pass(1)).toBe(1);
    expect(await pass(18)).toBe(1);
    state.cpuPercent = 40;
    expect(await pass(12)).toBeGreaterThan(1);
    expect(await pass(10)).toBe(10);
    feed.dispose();
  });

  it('is measured at once again when something happens, or somebody else looks', async () => {
    const { feed, pass } = fixture();
    feed.subscribe(1000, () => {}, true);
    await pass(8);
    feed.stir();
    expect(await pass(3)).toBe(3);
    await pass(8);
    const heard: number[] = [];
    feed.subscribe(1000, ({ at }) => heard.push(at), true);
    await pass(1);
    expect(heard).not.toEqual([]);
    feed.dispose();
  });

  it('comes as often as somebody asked for by number', async () => {
    const { feed, pass } = fixture();
    feed.subscribe(1000, () => {}, true);
    feed.subscribe(1000, () => {});
    await pass(8);
    expect(await pass(20)).toBe(20);
    feed.dispose();
  });

  it('is told at rest when it says something else, and once a minute', async () => {
    const { feed, state, pass } = fixture();
    const told: number[] = [];
    feed.subscribe(1000, ({ at, services }) => told.push(at, services[0]?.cpuPercent ?? -1), true);
    await pass(50);
    told.length = 0;
    expect(await pass(120)).toBe(12);
    expect(told).toHaveLength(4);

    const lastTold = told.at(-2) as number;
    // Two samples that say the same.
    await pass(25);
    told.length = 0;
    state.cpuPercent = 40;
    const until = state.measured + 1;
    while (state.measured < until) await pass(1);
    const [restedUntil, quiet, workedUntil, busy] = told;
    expect([told.length, quiet, busy]).toEqual([4, 0, 40]);
    // What was measured of the rest comes first, so that the work is not taken for one of a whole minute.
    expect(restedUntil).toBeGreaterThanOrEqual(lastTold + 20_000);
    expect((workedUntil as number) - (restedUntil as number)).toBeLessThanOrEqual(10_000);
    feed.dispose();
  });
});
