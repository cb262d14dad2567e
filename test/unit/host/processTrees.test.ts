import { beforeEach, describe, expect, it } from 'vitest';
import { Deferred } from '../../../electron/server/base/async.ts';
import type { TreeKey } from '../../../electron/server/host/processTree.ts';
import { SharedPass } from '../../../electron/server/host/sharedPass.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { FakeProcessTable } from '../../helpers/fakes/fakeProcessTable.ts';
import { FakeProcessTrees } from '../../helpers/fakes/fakeProcessTrees.ts';

const key: TreeKey = { pid: 100, startTime: 't100', marker: 'm1' };
let table: FakeProcessTable;
let clock: FakeClock;
let trees: FakeProcessTrees;
const pids = async (): Promise<number[]> => (await trees.members(key)).map((info) => info.pid).sort((a, b) => a - b);

beforeEach(() => {
  table = new FakeProcessTable();
  clock = new FakeClock();
  trees = new FakeProcessTrees(clock, table);
});

describe('the tree of an instance', () => {
  it('holds group members, descendants in other groups, and what only carries the marker', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.add({ pid: 101, pgid: 100, ppid: 100 });
    table.add({ pid: 102, pgid: 102, ppid: 101 });
    table.add({ pid: 103, pgid: 103, ppid: 1, env: { MICRO_INSTANCE_ID: 'm1' } });
    table.add({ pid: 104, pgid: 104, ppid: 1, env: { MICRO_INSTANCE_ID: 'm2' } });
    table.add({ pid: 105, pgid: 105, ppid: 1 });
    expect(await pids()).toEqual([100, 101, 102, 103]);
  });

  it('still holds the group when the leader is gone', async () => {
    table.add({ pid: 101, pgid: 100, ppid: 1 });
    expect(await pids()).toEqual([101]);
  });

  it('does not count zombies, but what descends from one', async () => {
    table.add({ pid: 100, pgid: 100, zombie: true });
    expect(await pids()).toEqual([]);
    table.add({ pid: 101, pgid: 101, ppid: 100 });
    expect(await pids()).toEqual([101]);
  });

  it('leaves a foreign process alone that has the pid by now, and its group', async () => {
    table.add({ pid: 100, pgid: 100, startTime: 'later' });
    table.add({ pid: 101, pgid: 100, ppid: 100 });
    table.add({ pid: 102, pgid: 102, ppid: 1, env: { MICRO_INSTANCE_ID: 'm1' } });
    expect(await pids()).toEqual([102]);
  });

  it('of an earlier boot is empty, whoever has its numbers now', async () => {
    table.add({ pid: 101, pgid: 100, ppid: 1, startTime: '5@now' });
    expect(await trees.members({ ...key, startTime: '5@another-boot' })).toEqual([]);
  });

  it('is found by marker alone when no pid is known', async () => {
    table.add({ pid: 103, env: { MICRO_INSTANCE_ID: 'm1' } });
    table.add({ pid: 7, pgid: 0 });
    const members = await trees.members({ pid: 0, startTime: '', marker: 'm1' });
    expect(members.map((info) => info.pid)).toEqual([103]);
  });

  it('never holds the server itself', async () => {
    table.add({ pid: process.pid, pgid: 100, env: { MICRO_INSTANCE_ID: 'm1' } });
    expect(await pids()).toEqual([]);
  });
});

describe('signals', () => {
  it('reach the whole tree', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.add({ pid: 103, ppid: 1, env: { MICRO_INSTANCE_ID: 'm1' } });
    await trees.signal(key, 'SIGTERM');
    expect(trees.signals.sent).toEqual([{ pids: [100, 103], signal: 'SIGTERM' }]);
  });

  it('SIGKILL also gets what was forked while it was sent', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.whenKilled(100, () => table.add({ pid: 101, pgid: 100, ppid: 1 }));
    await trees.signal(key, 'SIGKILL');
    expect(await pids()).toEqual([]);
  });

  it('for a tree that is gone do nothing', async () => {
    await trees.signal(key, 'SIGTERM');
    expect(trees.signals.sent).toEqual([]);
  });
});

describe('asking to end', () => {
  it('tells each process once, also those that left before they could be told with the rest', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.add({ pid: 101, pgid: 100, ppid: 100 });
    table.add({ pid: 103, pgid: 103, ppid: 1, env: { MICRO_INSTANCE_ID: 'm1' } });
    table.ignore(101, 'SIGTERM');
    table.whenKilled(100, () => {
      // What it starts in order to end, and what it leaves behind in the background.
      table.add({ pid: 104, pgid: 100, ppid: 1 });
      table.add({ pid: 105, pgid: 105, ppid: 1, env: { MICRO_INSTANCE_ID: 'm1' } });
    });
    let isGone = false;
    const ending = trees.askToEnd(key, 'SIGTERM').then(() => {
      isGone = true;
    });
    await clock.advance(1000);
    expect(isGone).toBe(false);
    table.remove(101);
    table.remove(104);
    await clock.advance(1000);
    await ending;
    const told = trees.signals.sent.flatMap((sent) => sent.pids);
    expect(told.sort((a, b) => a - b)).toEqual([100, 101, 103, 105]);
  });

  it('ends with the reason of its limit while something is left', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.ignore(100, 'SIGTERM');
    const limit = new AbortController();
    const outcome = trees.askToEnd(key, 'SIGTERM', limit.signal).catch((error: unknown) => error);
    await clock.advance(50);
    limit.abort(new Error('grace is over'));
    expect(await outcome).toEqual(new Error('grace is over'));
    expect(clock.pendingTimers).toBe(0);
  });

  it('looks the leader up by itself where that can be done at once', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.add({ pid: 102, pgid: 102, ppid: 100 });
    table.treeNow = (pid) => (pid === 100 ? ['100', '102'].flatMap((one) => table.row(Number(one)) ?? []) : undefined);
    void trees.askToEnd(key, 'SIGTERM');
    await Promise.resolve();
    expect(trees.signals.sent).toEqual([{ pids: [100, 102], signal: 'SIGTERM' }]);
    expect(table.passes).toBe(0);
    await clock.advance(100);
  });

  it('looks at once when the leader has ended', async () => {
    table.add({ pid: 100, pgid: 100 });
    table.ignore(100, 'SIGTERM');
    table.treeNow = (pid) => [table.row(pid)].flatMap((row) => row ?? []);
    Object.assign(trees.signals, { exists: (pid: number) => table.row(pid) !== undefined });
    const leaderGone = new Deferred<void>();
    const ending = trees.askToEnd(key, 'SIGTERM', undefined, leaderGone.promise);
    await clock.advance(20);
    table.remove(100);
    leaderGone.resolve();
    // No time passes.
    await ending;
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks nobody when the leader is another process by now', async () => {
    table.add({ pid: 100, pgid: 100, startTime: 'later' });
    table.treeNow = () => [table.row(100)].flatMap((row) => row ?? []);
    await trees.askToEnd(key, 'SIGTERM');
    expect(trees.signals.sent).toEqual([]);
  });
});

describe('waiting for the end', () => {
  it('looks soon and then less often, and ends when the last one is gone', async () => {
    table.add({ pid: 100, pgid: 100 });
    let gone = false;
    const waiting = trees.waitGone(key).then(() => {
      gone = true;
    });
    await clock.advance(1000);
    const looks = table.passes;
    expect(looks).toBeGreaterThan(10);
    expect(looks).toBeLessThan(30);
    expect(gone).toBe(false);
    table.remove(100);
    await clock.advance(100);
    await waiting;
    expect(gone).toBe(true);
  });

  it('can be given up', async () => {
    table.add({ pid: 100, pgid: 100 });
    const controller = new AbortController();
    const waiting = trees.waitGone(key, controller.signal);
    const outcome = waiting.catch((error: unknown) => error);
    await clock.advance(20);
    controller.abort(new Error('enough'));
    expect(await outcome).toEqual(new Error('enough'));
    expect(clock.pendingTimers).toBe(0);
  });

  it('shares looks at the process table among a hundred instances', async () => {
    const keys = Array.from(
      { length: 100 },
      (_, i): TreeKey => ({ pid: 200 + i, startTime: `t${200 + i}`, marker: `n${i}` }),
    );
    for (const { pid } of keys) table.add({ pid, pgid: pid });
    await Promise.all(keys.map((k) => trees.members(k)));
    expect(table.passes).toBe(1);
  });
});

describe('a shared pass', () => {
  it('gives a caller that comes late the next pass, never one that began before it', async () => {
    const begun: (() => void)[] = [];
    let passes = 0;
    const shared = new SharedPass(async () => {
      const n = ++passes;
      await new Promise<void>((resolve) => begun.push(resolve));
      return n;
    });
    const first = shared.run();
    const sameTurn = shared.run();
    while (begun.length < 1) await Promise.resolve();
    const late = shared.run();
    begun[0]?.();
    expect(await first).toBe(1);
    expect(await sameTurn).toBe(1);
    while (begun.length < 2) await Promise.resolve();
    begun[1]?.();
    expect(await late).toBe(2);
  });

  it('goes on after a pass that failed', async () => {
    let fail = true;
    const shared = new SharedPass(async () => {
      if (fail) throw new Error('no');
      return 'yes';
    });
    await expect(shared.run()).rejects.toThrow('no');
    fail = false;
    expect(await shared.run()).toBe('yes');
  });
});
