import type { Clock } from '../base/clock.ts';
import { sleep, systemClock } from '../base/clock.ts';
import { fromEarlierBoot } from './processIdentity.ts';
import { LeaderTrees } from './leaderTrees.ts';
import type { ProcessInfo, ProcessTable } from './processTable.ts';
import { ProcessSnapshot } from './processSnapshot.ts';
import type { ProcessTrees, TreeKey } from './processTree.ts';
import { SharedPass } from './sharedPass.ts';
import { systemSignaller, type Signaller } from './signaller.ts';
import { ToldProcesses } from './toldProcesses.ts';

/** Name of the variable that marks everything an instance started. */
export const INSTANCE_MARKER = 'MICRO_INSTANCE_ID';

/** First wait of {@link SystemProcessTrees.waitGone} after a look, ms: a polite service is gone within a few. */
const FIRST_POLL_MS = 5;

/** First wait between two questions whether a group has members, ms. One costs two system calls. */
const FIRST_GROUP_POLL_MS = 1;

/** A group is asked for no longer than this, ms, before all processes are looked at: zombies are members of it too. */
const EXACT_LOOK_MS = 100;

/** Longest wait between two looks, ms: bounds both the cost of a slow stop and the delay of its news. */
const LONGEST_POLL_MS = 100;

/**
 * How often SIGKILL looks for members that were forked while it was being sent. Each round kills the parents of the
 * next, so that even a process that keeps forking runs out of parents; a tree that outlives this is told as survivors.
 */
const KILL_ROUNDS = 5;

/** Each wait is this much longer than the one before. */
const POLL_GROWTH = 1.6;
const GROUP_POLL_GROWTH = 1.05;

/** What {@link SystemProcessTrees} works with. */
export interface ProcessTreesOptions {
  table: ProcessTable;
  clock?: Clock;
  signaller?: Signaller;
}

/**
 * The processes of instances, found in three ways because each alone misses some: the group (leader gone, members
 * left), the descendants (children in groups of their own), and the marker in the environment (daemons that left group,
 * session and parent). All callers of one moment share one pass over the process table.
 */
export class SystemProcessTrees implements ProcessTrees {
  private readonly table: ProcessTable;
  private readonly clock: Clock;
  private readonly signaller: Signaller;
  private readonly snapshots: SharedPass<ProcessSnapshot>;
  private readonly marked: SharedPass<Map<string, number[]>>;
  private readonly leaders: LeaderTrees;

  constructor(options: ProcessTreesOptions) {
    this.table = options.table;
    this.clock = options.clock ?? systemClock;
    this.signaller = options.signaller ?? systemSignaller;
    this.leaders = new LeaderTrees(this.table, this.clock);
    this.snapshots = new SharedPass(async () => new ProcessSnapshot(await this.table.list()));
    this.marked = new SharedPass(() => this.table.byEnvironment(INSTANCE_MARKER));
  }

  async members(key: TreeKey): Promise<ProcessInfo[]> {
    const related = await this.related(key);
    return this.withMarked(key, related);
  }

  async signal(key: TreeKey, signal: NodeJS.Signals): Promise<void> {
    const told = new ToldProcesses(this.signaller, key, signal);
    if (signal !== 'SIGKILL') {
      const related = this.leaders.find(key);
      if (related) await told.tell(related);
      const found = related && new Map(related.map((info) => [info.pid, info]));
      await told.tell(found ? await this.withMarked(key, found) : await this.members(key));
      return;
    }
    for (let round = 0; round < KILL_ROUNDS; round++) if (!(await told.tell(await this.members(key)))) return;
  }

  async signalLeader(key: TreeKey, signal: NodeJS.Signals): Promise<boolean> {
    const leader = key.pid > 0 ? await this.table.get(key.pid) : undefined;
    if (!leader || leader.startTime !== key.startTime) return false;
    // As no leader of a group, so that the group does not hear it.
    await this.signaller.signal([leader], 0, signal);
    return true;
  }

  async askToEnd(
    key: TreeKey,
    name: NodeJS.Signals,
    limit?: AbortSignal,
    leaderGone?: Promise<unknown>,
  ): Promise<void> {
    const told = new ToldProcesses(this.signaller, key, name);
    const leader = this.leaders.find(key);
    if (leader) await told.tell(leader);
    // Those that left group and parent are looked for when the rest had a moment to end: to look through the environments
    // of all processes meanwhile would only slow that down.
    let isWhole = false;
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * POLL_GROWTH, LONGEST_POLL_MS)) {
      if (limit?.aborted) throw limit.reason;
      if (leader || isWhole) await this.groupGone(key, limit, leaderGone);
      const related = await this.related(key);
      if (!isWhole || related.size === 0) {
        const members = await this.withMarked(key, related);
        if (members.length === 0) return;
        await told.tell(members);
        isWhole = true;
      }
      await sleep(this.clock, waitMs, limit);
    }
  }

  async waitGone(key: TreeKey, signal?: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * POLL_GROWTH, LONGEST_POLL_MS)) {
      if (signal?.aborted) throw signal.reason;
      await this.groupGone(key, signal);
      // The cheap look first: the environments are read only when group and descendants are gone.
      if ((await this.related(key)).size === 0 && (await this.members(key)).length === 0) return;
      await sleep(this.clock, waitMs, signal);
    }
  }

  /** Resolves when leader and group are gone, and after {@link EXACT_LOOK_MS} anyway; looks at once when `leaderGone` resolves. */
  private async groupGone(
    { pid }: TreeKey,
    signal: AbortSignal | undefined,
    leaderGone?: Promise<unknown>,
  ): Promise<void> {
    const { clock, signaller } = this;
    if (pid <= 0 || !signaller.exists) return;
    const until = clock.monotonic() + EXACT_LOOK_MS;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    void leaderGone?.then(wake);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      for (let waitMs = FIRST_GROUP_POLL_MS; signaller.exists(pid); waitMs *= GROUP_POLL_GROWTH) {
        if (clock.monotonic() >= until) return;
        if (woken.signal.aborted) await sleep(clock, waitMs, signal);
        else await sleep(clock, waitMs, woken.signal).catch(() => {});
        signal?.throwIfAborted();
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  /** Members by group and descent, alive, by pid. */
  private async related(key: TreeKey): Promise<Map<number, ProcessInfo>> {
    if (key.pid <= 0 || fromEarlierBoot(key.startTime)) return new Map();
    // With neither leader nor group, what descended from it has another parent by now.
    if (this.signaller.exists?.(key.pid) === false) return new Map();
    return (await this.snapshots.run()).related(key);
  }

  private async withMarked(key: TreeKey, found: Map<number, ProcessInfo>): Promise<ProcessInfo[]> {
    if (key.marker !== '') {
      for (const pid of (await this.marked.run()).get(key.marker) ?? []) {
        if (found.has(pid) || pid === process.pid) continue;
        const info = await this.table.get(pid);
        if (info && !info.zombie) found.set(pid, info);
      }
    }
    return [...found.values()];
  }
}
