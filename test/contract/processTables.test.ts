import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ProcessTable } from '../../electron/server/host/processTable.ts';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { FakeProcessTable } from '../helpers/fakes/fakeProcessTable.ts';
import { checkProcessLeaks } from '../helpers/leakCheck.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A process that a test started, in whatever world its table shows. */
interface Started {
  pid: number;
  /** Resolves when it has ended and been reaped. */
  end(): Promise<void>;
}

interface World {
  table: ProcessTable;
  /** Starts a process with this variable that listens on a port. */
  start(name: string, value: string): Promise<Started & { port: number }>;
}

const mark = checkProcessLeaks();

function machine(): World {
  const script = `const server = require('net').createServer().listen(0, '127.0.0.1', () =>
    console.log(server.address().port));`;
  return {
    table: createProcessTable(),
    async start(name, value) {
      const child: ChildProcess = spawn(process.execPath, ['-e', script], {
        env: { ...mark, [name]: value },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      const exit = once(child, 'exit');
      const [data] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      return {
        pid: child.pid ?? 0,
        port: Number(data.toString()),
        async end() {
          child.kill('SIGKILL');
          await exit;
        },
      };
    },
  };
}

function fake(): World {
  const table = new FakeProcessTable();
  let pid = 5000;
  return {
    table,
    async start(name, value) {
      pid += 1;
      const own = pid;
      table.add({ pid: own, ppid: 4000, memoryBytes: 1, env: { [name]: value }, command: 'node server' });
      table.sockets.push({ address: '127.0.0.1', port: own, pid: own, command: 'node server' });
      return {
        pid: own,
        port: own,
        async end() {
          table.remove(own);
          table.sockets = table.sockets.filter((socket) => socket.pid !== own);
        },
      };
    },
  };
}

describe.each([
  { name: 'of the machine', make: machine },
  { name: 'that a test writes', make: fake },
])('a process table $name', ({ make }) => {
  it('shows a process with its group, the same start time at every look, and no more once it ended', async () => {
    const { table, start } = make();
    const { pid, end } = await start('MICRO_CONTRACT', 'a');
    const info = await table.get(pid);
    expect(info).toMatchObject({ pid, pgid: pid, zombie: false });
    expect(info?.startTime).not.toBe('');
    expect(info?.memoryBytes).toBeGreaterThan(0);
    expect(info?.threads).toBeGreaterThan(0);
    expect((await table.list()).find((row) => row.pid === pid)).toMatchObject({ startTime: info?.startTime });
    await end();
    await waitFor('it to be gone', async () => (await table.get(pid)) === undefined);
    expect((await table.list()).filter((row) => row.pid === pid && !row.zombie)).toEqual([]);
  });

  it('finds processes by a variable they were started with, by the whole value only', async () => {
    const { table, start } = make();
    const name = `MICRO_CONTRACT_${process.pid}`;
    const [one, two] = [await start(name, 'first'), await start(name, 'first-of-all')];
    expect(await table.withEnvironment(name, 'first')).toEqual([one.pid]);
    expect(await table.withEnvironment(name, 'fir')).toEqual([]);
    expect(await table.byEnvironment(name)).toEqual(
      new Map([
        ['first', [one.pid]],
        ['first-of-all', [two.pid]],
      ]),
    );
    await one.end();
    await two.end();
    expect(await table.byEnvironment(name)).toEqual(new Map());
  });

  it('tells who listens, of all or of those asked for', async () => {
    const { table, start } = make();
    const [one, two] = [await start('MICRO_CONTRACT', 'a'), await start('MICRO_CONTRACT', 'b')];
    const all = await table.listeners();
    expect(all.filter(({ port }) => port === one.port || port === two.port).map(({ pid }) => pid)).toEqual(
      expect.arrayContaining([one.pid, two.pid]),
    );
    expect(await table.listeners(new Set([one.pid]))).toMatchObject([
      { address: '127.0.0.1', port: one.port, pid: one.pid },
    ]);
    expect(await table.listeners(new Set())).toEqual([]);
    await one.end();
    await two.end();
  });
});
