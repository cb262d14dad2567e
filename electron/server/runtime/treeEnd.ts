import type { Deferred } from '../base/async.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { InstanceHost } from './instanceHost.ts';

/** A kernel that was told to kill needs some ms; what is alive after this is stuck in the kernel (e.g. on a dead NFS server). */
const killWaitMs = 5000;

/** What is to end, and how. */
export interface TreeEnd {
  keys: readonly TreeKey[];
  /** What asks it to end: a signal, or something else that is done. It then has the grace time. */
  ask: NodeJS.Signals | (() => Promise<unknown>);
  graceMs: number;
  /** Resolves when the first process of the only tree has ended: then it is looked at once whether that was all. */
  leaderGone?: Promise<unknown>;
  /** Once resolved, SIGKILL comes without further grace. */
  force?: Deferred<void>;
  /** SIGKILL is about to be sent to what is left. */
  onForce?(left: readonly ProcessInfo[]): void;
}

/** Ends process trees: asks, waits for the grace time, kills. Resolves with what even SIGKILL did not end. */
export async function endTrees(host: Pick<InstanceHost, 'trees' | 'clock'>, end: TreeEnd): Promise<ProcessInfo[]> {
  const { keys, force, ask, leaderGone } = end;
  if (!force?.isDone) {
    const asked = typeof ask === 'string' ? undefined : ask();
    const name = typeof ask === 'string' ? ask : undefined;
    const gone = await goneWithin(host, keys, end.graceMs, {
      name,
      leaderGone,
      after: asked,
      interrupt: force?.promise,
    });
    await asked;
    if (gone) return [];
  }
  const left = await membersOf(host, keys);
  if (left.length === 0) return [];
  end.onForce?.(left);
  await Promise.all(keys.map((key) => host.trees.signal(key, 'SIGKILL')));
  return (await goneWithin(host, keys, killWaitMs)) ? [] : membersOf(host, keys);
}

/** Every process of the trees that is alive. */
export async function membersOf(host: Pick<InstanceHost, 'trees'>, keys: readonly TreeKey[]): Promise<ProcessInfo[]> {
  return (await Promise.all(keys.map((key) => host.trees.members(key)))).flat();
}

async function goneWithin(
  host: Pick<InstanceHost, 'trees' | 'clock'>,
  keys: readonly TreeKey[],
  ms: number,
  /** They are asked with the signal `name`. The time is counted from `after`; `interrupt` ends it. */
  {
    name,
    leaderGone,
    after,
    interrupt,
  }: {
    name?: NodeJS.Signals | undefined;
    leaderGone?: Promise<unknown> | undefined;
    after?: Promise<unknown> | undefined;
    interrupt?: Promise<void> | undefined;
  } = {},
): Promise<boolean> {
  const limit = new AbortController();
  let timer: Disposable | undefined;
  const begin = (): void => {
    if (!over) timer = host.clock.setTimeout(() => limit.abort(new Error('waited long enough')), ms);
  };
  let over = false;
  if (after) void after.then(begin, begin);
  else begin();
  void interrupt?.then(() => limit.abort(new Error('forced')));
  try {
    const end = (key: TreeKey): Promise<void> =>
      name ? host.trees.askToEnd(key, name, limit.signal, leaderGone) : host.trees.waitGone(key, limit.signal);
    await Promise.all(keys.map(end));
    return true;
  } catch (error) {
    if (limit.signal.aborted) return false;
    throw error;
  } finally {
    over = true;
    timer?.dispose();
  }
}

/** Processes for people: `sleep 600 (pid 4711)`. */
export function processNames(processes: readonly ProcessInfo[]): string {
  return processes.map(({ command, pid }) => `${command.slice(0, 80)} (pid ${pid})`).join(', ');
}
