import { describe, expect, it, vi } from 'vitest';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import { SystemProcessTrees } from '../../../electron/server/host/processTrees.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { UsageSampler } from '../../../electron/server/host/usageSampler.ts';
import { collect } from '../../helpers/collect.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { FakeProcessTable } from '../../helpers/fakes/fakeProcessTable.ts';
import { FakeProcessTrees } from '../../helpers/fakes/fakeProcessTrees.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const mark = checkProcessLeaks();

describe('the use of a tree', () => {
  it('is the sum of its processes; CPU is what was used since the sample before', async () => {
    const table = new FakeProcessTable();
    const clock = new FakeClock();
    const sampler = new UsageSampler({ table, trees: new FakeProcessTrees(clock, table), clock });
    const targets = [{ service: 'a', key: { pid: 10, startTime: 't10', marker: '' } }];
    table.add({ pid: 10, pgid: 10, cpuMs: 5000, memoryBytes: 100, threads: 2 });
    table.sockets = [
      { address: '127.0.0.1', port: 4001, pid: 10, command: 'a' },
      { address: '127.0.0.1', port: 4002, pid: 99, command: 'b' },
    ];
    expect(await sampler.sample(targets)).toEqual([
      { service: 'a', cpuPercent: 0, memoryBytes: 100, processes: 1, threads: 2, ports: [4001] },
    ]);
    await clock.advance(1000);
    table.add({ pid: 10, pgid: 10, cpuMs: 5500, memoryBytes: 150, threads: 2 });
    table.add({ pid: 11, pgid: 10, cpuMs: 250, memoryBytes: 50, threads: 1 });
    expect((await sampler.sample(targets))[0]).toMatchObject({
      cpuPercent: 75,
      memoryBytes: 200,
      processes: 2,
      threads: 3,
    });
    // The same pid, another process: its time is not a difference to the old one's.
    await clock.advance(1000);
    table.add({ pid: 11, pgid: 10, startTime: 'new', cpuMs: 100 });
    expect((await sampler.sample(targets))[0]?.cpuPercent).toBe(10);
    table.remove(10);
    table.remove(11);
    expect((await sampler.sample(targets))[0]).toMatchObject({ cpuPercent: 0, processes: 0, ports: [] });
  });

  it('of a service that was restarted begins at nothing', async () => {
    const table = new FakeProcessTable();
    const clock = new FakeClock();
    const sampler = new UsageSampler({ table, trees: new FakeProcessTrees(clock, table), clock });
    table.add({ pid: 10, cpuMs: 90_000 });
    await sampler.sample([]);
    await clock.advance(1000);
    const samples = await sampler.sample([{ service: 'a', key: { pid: 10, startTime: 't10', marker: '' } }]);
    expect(samples[0]?.cpuPercent).toBe(0);
  });

  it('is read of the known processes alone while all rest, and of all as soon as something moves, ends or is due', async () => {
    const table = new FakeProcessTable();
    const clock = new FakeClock();
    const trees = new FakeProcessTrees(clock, table);
    const sampler = new UsageSampler({ table, trees, clock, hasCheapGet: true });
    const targets = [
      { service: 'a', key: { pid: 10, startTime: 't10', marker: '' } },
      { service: 'b', key: { pid: 20, startTime: 't20', marker: '' } },
    ];
    let cpuMs = 1000;
    table.add({ pid: 10, cpuMs, memoryBytes: 1 });
    table.add({ pid: 20, cpuMs: 0 });
    const sample = async (): Promise<{ passes: number; a: number; processes: number[]; memory: number }> => {
      const before = table.passes;
      await clock.advance(1000);
      const samples = await sampler.sample(targets);
      return {
        passes: table.passes - before,
        a: samples[0]?.cpuPercent ?? -1,
        processes: samples.map(({ processes }) => processes),
        memory: samples[0]?.memoryBytes ?? -1,
      };
    };
    await sample();
    expect((await sample()).passes).toBe(1);
    const asked = vi.spyOn(table, 'listeners');
    // At rest: figures are told anew, without a look at others.
    table.add({ pid: 10, cpuMs: (cpuMs += 20), memoryBytes: 7 });
    expect(await sample()).toEqual({ passes: 0, a: 2, processes: [1, 1], memory: 7 });
    expect(asked).not.toHaveBeenCalled();
    // Something moves: who else is there is looked for in the same sample.
    table.add({ pid: 10, cpuMs: (cpuMs += 300) });
    table.add({ pid: 11, pgid: 10, ppid: 10, cpuMs: 100 });
    expect(await sample()).toMatchObject({ passes: 1, a: 40, processes: [2, 1] });
    expect((await sample()).passes).toBe(1);
    expect((await sample()).passes).toBe(0);
    // One ends.
    table.remove(11);
    expect(await sample()).toMatchObject({ passes: 1, processes: [1, 1] });
    // A quiet one appears: it is seen after a minute at the latest.
    expect((await sample()).passes).toBe(0);
    table.add({ pid: 21, pgid: 20, ppid: 20, cpuMs: 0 });
    const seen: number[] = [];
    for (let n = 0; n < 60; n++) seen.push((await sample()).processes[1] ?? 0);
    expect(seen.slice(0, 58)).toEqual(Array(58).fill(1));
    expect(seen.at(-1)).toBe(2);
    // Other trees than before.
    targets.pop();
    expect((await sample()).passes).toBe(1);
  });

  it('is seen of a real process that is busy and listens', async () => {
    const table = createProcessTable();
    const trees = new SystemProcessTrees({ table });
    const code =
      's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);b()});b=()=>{for(const e=Date.now()+20;Date.now()<e;);setImmediate(b)}';
    const launched = await new ChildLauncher().launch({
      argv: [process.execPath, '-e', code],
      cwd: '/',
      env: { ...mark },
    });
    const output = collect(launched);
    const port = Number(await waitFor('its port', () => /\d+\n/.exec(output.stdout)?.[0]));
    const sampler = new UsageSampler({ table, trees });
    const targets = [{ service: 'busy', key: { pid: launched.pid, startTime: launched.startTime, marker: '' } }];
    await sampler.sample(targets);
    const sample = await waitFor('some use', async () => {
      const [now] = await sampler.sample(targets);
      return (now?.cpuPercent ?? 0) > 5 ? now : undefined;
    });
    expect(sample.ports).toEqual([port]);
    expect(sample.memoryBytes).toBeGreaterThan(10_000_000);
    expect(sample.threads).toBeGreaterThan(1);
    process.kill(launched.pid, 'SIGKILL');
    await output.exit;
  });
});
