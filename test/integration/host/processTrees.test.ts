import { spawn as spawnChild } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import type { LaunchedProcess } from '../../../electron/server/host/launcher.ts';
import { Ports } from '../../../electron/server/host/ports.ts';
import type { TreeKey } from '../../../electron/server/host/processTree.ts';
import { INSTANCE_MARKER, SystemProcessTrees } from '../../../electron/server/host/processTrees.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { type Collected, collect } from '../../helpers/collect.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const mark = checkProcessLeaks();
const launcher = new ChildLauncher();
const table = createProcessTable();
const trees = new SystemProcessTrees({ table });

interface Started {
  process: LaunchedProcess;
  key: TreeKey;
  output: Collected;
}

async function start(argv: readonly string[], env: Record<string, string> = {}): Promise<Started> {
  const marker = randomUUID();
  const process = await launcher.launch({
    argv,
    cwd: '/',
    env: { ...mark, PATH: globalThis.process.env['PATH'] ?? '', [INSTANCE_MARKER]: marker, ...env },
  });
  return { process, key: { pid: process.pid, startTime: process.startTime, marker }, output: collect(process) };
}

const commands = async (key: TreeKey): Promise<string[]> => (await trees.members(key)).map((info) => info.command);

/** Ends a tree as a supervisor does: politely, then by force; true when force was needed. */
async function stop(key: TreeKey, graceMs: number): Promise<boolean> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('grace is over')), graceMs);
  try {
    await trees.askToEnd(key, 'SIGTERM', controller.signal);
    return false;
  } catch {
    await trees.signal(key, 'SIGKILL');
    await trees.waitGone(key);
    return true;
  } finally {
    clearTimeout(timer);
  }
}

const alive = (pid: number): Promise<boolean> => table.get(pid).then((info) => info !== undefined);
const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => {});
    setTimeout(() => socket.destroy(), 200);
  });

/** A Node one-liner that listens on PORT and answers nothing. */
const SERVER = `require('net').createServer().listen(process.env.PORT, '127.0.0.1', () => console.log('up'))`;

describe('stopping a tree', () => {
  it('SUP-01 ends the real server behind a launcher and frees its port, so that the next start works', async () => {
    const port = await new Ports(table).findFree();
    for (let round = 0; round < 2; round++) {
      const { key, output } = await start(['sh', '-c', `"${process.execPath}" -e "$SERVER" & wait`], {
        SERVER,
        PORT: String(port),
      });
      await waitFor('the server', () => output.stdout.includes('up'));
      const members = await trees.members(key);
      expect(members).toHaveLength(2);
      expect(await connects(port)).toBe(true);
      await stop(key, 5_000);
      for (const { pid } of members) expect(await alive(pid)).toBe(false);
      expect(await new Ports(table).isFree(port)).toBe(true);
      expect(output.stderr).toBe('');
    }
  });

  it('a process that leads no group is waited for like one that does', async () => {
    const child = spawnChild('sh', ['-c', 'trap "" TERM; echo up; exec sleep 612'], {
      env: { ...process.env, ...mark },
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const pid = child.pid as number;
    const key = { pid, startTime: (await table.get(pid))?.startTime ?? '', marker: '' };
    await trees.signal(key, 'SIGTERM');
    await expect(trees.waitGone(key, AbortSignal.timeout(200))).rejects.toThrow();
    await trees.signal(key, 'SIGKILL');
    await trees.waitGone(key);
    expect(await alive(pid)).toBe(false);
    await ended;
  });

  it('SUP-02 a helper that ignores SIGTERM keeps the tree alive after its leader, until the group is killed', async () => {
    const { key, process, output } = await start([
      'bash',
      '-c',
      `trap "exit 0" TERM; bash -c 'trap "" TERM; echo up; exec sleep 611' & wait`,
    ]);
    await waitFor('the helper', () => output.stdout.includes('up'));
    await trees.signal(key, 'SIGTERM');
    expect(await output.exit).toEqual({ code: 0, signal: null });
    expect(process.exit).toBeDefined();
    await waitFor('the helper to be alone', async () => (await commands(key)).join() === 'sleep 611');
    const forced = await stop(key, 300);
    expect(forced).toBe(true);
    expect(await trees.members(key)).toEqual([]);
  });

  it('SUP-04 a program that ignores every polite signal is a member until it is killed', async () => {
    const deaf = `for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => console.log('no'));
      console.log('up'); setInterval(() => {}, 1000)`;
    const { key, process, output } = await start([globalThis.process.execPath, '-e', deaf]);
    await waitFor('the program', () => output.stdout.includes('up'));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) await trees.signal(key, signal);
    await waitFor('its answers', () => output.stdout.split('no').length === 4);
    expect((await trees.members(key)).map((info) => info.pid)).toEqual([process.pid]);
    expect(process.exit).toBeUndefined();
    await trees.signal(key, 'SIGKILL');
    await trees.waitGone(key);
    expect(await alive(process.pid)).toBe(false);
    expect(await output.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('reaches a program that stands still', async () => {
    const { key, process, output } = await start(['sleep', '600']);
    globalThis.process.kill(process.pid, 'SIGSTOP');
    expect(await stop(key, 10_000)).toBe(false);
    expect(await output.exit).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('ends by marker alone what an earlier server left, and leaves the processes of others alone', async () => {
    const other = await start(['sleep', '601']);
    const mine = await start(['sh', '-c', 'setsid sleep 602 & sleep 603']);
    const all = ['sh -c setsid sleep 602 & sleep 603', 'sleep 602', 'sleep 603'].join();
    await waitFor('both to run their programs', async () => (await commands(mine.key)).sort().join() === all);
    const key = { pid: 0, startTime: '', marker: mine.key.marker };
    expect((await commands(key)).sort().join()).toBe(all);
    await stop(key, 5_000);
    expect(await alive(other.process.pid)).toBe(true);
    await stop(other.key, 5_000);
  });

  it('does nothing to a process that merely has the pid of an old one', async () => {
    const { key, process } = await start(['sleep', '604']);
    const old = { ...key, startTime: `1${key.startTime}`, marker: randomUUID() };
    expect(await trees.members(old)).toEqual([]);
    await trees.signal(old, 'SIGKILL');
    await trees.waitGone(old);
    expect(await alive(process.pid)).toBe(true);
    await stop(key, 5_000);
  });

  it('of fifty instances at once costs few looks at the process table', async () => {
    let passes = 0;
    const counted = new SystemProcessTrees({
      table: Object.assign(Object.create(table) as typeof table, {
        list: () => {
          passes++;
          return table.list();
        },
      }),
    });
    const all = await Promise.all(Array.from({ length: 50 }, () => start(['sleep', '605'])));
    await Promise.all(all.map(({ key }) => counted.signal(key, 'SIGTERM')));
    await Promise.all(all.map(({ key }) => counted.waitGone(key)));
    for (const { process } of all) expect(await alive(process.pid)).toBe(false);
    expect(passes).toBeLessThan(100);
  });
});

/** One process of a shape: how it comes into the world and how it behaves. */
interface Shape {
  detach: 'plain' | 'setsid' | 'double-fork';
  deaf: boolean;
  holdsOutput: boolean;
  children: Shape[];
}

const shape: fc.Memo<Shape> = fc.memo((depth) =>
  fc.record({
    detach: fc.constantFrom('plain', 'setsid', 'double-fork'),
    deaf: fc.boolean(),
    holdsOutput: fc.boolean(),
    children: depth <= 1 ? fc.constant([]) : fc.array(shape(), { maxLength: 2 }),
  }),
);

/** The shape as a shell script. Every process prints one line when it is up, so that the test knows how many there are. */
function script({ deaf, children }: Shape, last: string): string {
  const own = `${deaf ? "trap '' TERM HUP INT; " : ''}${children.map(spawn).join(' ')}`;
  return `${own} echo up >&3; ${last}`;
}

function spawn(child: Shape): string {
  const quoted = `'${script(child, 'exec sleep 640').replaceAll("'", "'\\''")}'`;
  const output = child.holdsOutput ? '' : ' >/dev/null 2>&1';
  const run = `bash -c ${quoted}${output}`;
  if (child.detach === 'setsid') return `setsid ${run} &`;
  if (child.detach === 'double-fork') return `(setsid ${run} & ) &`;
  return `${run} &`;
}

const count = ({ children }: Shape): number => 1 + children.reduce((sum, child) => sum + count(child), 0);

describe('any shape of tree', () => {
  it('is found whole and is gone after the stop, whoever leads, forks, leaves the session, is deaf or holds the output', async () => {
    await fc.assert(
      fc.asyncProperty(shape(3), fc.boolean(), async (root, leaderExitsFirst) => {
        const last = leaderExitsFirst ? 'exit 0' : 'exec sleep 640';
        const { key, process, output } = await start(['bash', '-c', `exec 3>&2; ${script(root, last)}`]);
        const expected = count(root);
        await waitFor(`${expected} processes`, () => output.stderr.split('up\n').length - 1 === expected);
        if (leaderExitsFirst) expect(await output.exit).toEqual({ code: 0, signal: null });
        await waitFor('the shells that only fork to end', async () => {
          const seen = await commands(key);
          return (
            seen.length === expected - (leaderExitsFirst ? 1 : 0) && seen.every((command) => command === 'sleep 640')
          );
        });
        await stop(key, 150);
        expect(await trees.members(key)).toEqual([]);
        expect(await table.withEnvironment(INSTANCE_MARKER, key.marker)).toEqual([]);
        await output.exit;
        expect(process.exit).toBeDefined();
      }),
      { numRuns: 25 },
    );
  });
});
