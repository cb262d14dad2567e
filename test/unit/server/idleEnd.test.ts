import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../../electron/server/host/processTable.ts';
import { IdleEnd } from '../../../electron/server/idleEnd.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

const starter = { pid: 77, startTime: 'then' } as ProcessInfo;

async function idleEnd() {
  const clock = new FakeClock();
  const world = { processes: new Map([[77, starter]]), inUse: false, ends: 0 };
  const idle = new IdleEnd({
    clock,
    processes: { get: (pid) => Promise.resolve(world.processes.get(pid)) },
    afterMs: 10_000,
    inUse: () => world.inUse,
    end: () => (world.ends += 1),
  });
  await idle.start(77);
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) await clock.advance(1000);
  };
  return { world, idle, pass };
}

describe('a server that ends when it is idle', () => {
  it('goes on as long as whoever started it is there', async () => {
    const { world, pass } = await idleEnd();
    await pass(60);
    expect(world.ends).toBe(0);
    // Somebody else has that pid now.
    world.processes.set(77, { ...starter, startTime: 'later' });
    await pass(16);
    expect(world.ends).toBe(1);
    await pass(60);
    expect(world.ends).toBe(1);
  });

  it('goes on while it is used, and counts anew after', async () => {
    const { world, pass } = await idleEnd();
    world.processes.clear();
    await pass(8);
    world.inUse = true;
    await pass(30);
    world.inUse = false;
    await pass(9);
    expect(world.ends).toBe(0);
    await pass(7);
    expect(world.ends).toBe(1);
  });

  it('does nothing once it is stopped', async () => {
    const { world, idle, pass } = await idleEnd();
    world.processes.clear();
    idle.stop();
    await pass(60);
    expect(world.ends).toBe(0);
  });
});
