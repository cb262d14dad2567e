import { type Clock, systemClock } from '../base/clock.ts';
import type { ProcessInfo, ProcessTable } from './processTable.ts';
import type { ProcessTrees, TreeKey } from './processTree.ts';

/** One tree to measure. */
export interface UsageTarget {
  service: string;
  key: TreeKey;
}

/** What one tree uses now. */
export interface UsageSample {
  service: string;
  /** Share of one processor in percent since the sample before (200 = two busy processors); 0 in the first sample. */
  cpuPercent: number;
  /** Resident memory of all processes together, bytes. Pages that they share count for each. */
  memoryBytes: number;
  processes: number;
  threads: number;
  /** TCP ports on which something of the tree listens, ascending. */
  ports: number[];
}

/**
 * Trees that all use less than this, percent of one processor, are at rest: only the processes that are known are looked at
 * then, instead of all of the machine. What they start meanwhile is seen a little later, see {@link FULL_LOOK_MS}. More would
 * hide the start of something from who looks on, less would take the timers of a service that waits for work.
 */
const REST_PERCENT = 5;

/**
 * ms between two looks at all processes and sockets while everything is at rest: so late may a process that a quiet one
 * started be seen, or a port on which it began to listen. A look costs some 30 ms of CPU time with a few hundred processes on
 * the machine; each ten seconds that was a third of what a window at rest cost.
 */
const FULL_LOOK_MS = 60_000;

/** ms of CPU time below which systems count nothing: USER_HZ is 100. */
const TICK_MS = 10;

/** What was found at the last look at all processes. */
interface FullLook {
  /** Whose trees, in their order. */
  targets: string;
  trees: ProcessInfo[][];
  /** Ports by pid. */
  ports: Map<number, number[]>;
  /** Monotonic, ms. */
  atMs: number;
}

/** CPU time of one process when it was last seen, ms. */
type CpuTimes = Map<string, number>;

/**
 * Measures process trees. It does nothing by itself: whoever looks calls `sample`, and all targets of one call share
 * one pass over the process table and one over the sockets.
 */
export class UsageSampler {
  private readonly clock: Clock;
  private previous: CpuTimes = new Map();
  private previousAtMs: number | undefined;
  private full: FullLook | undefined;
  private isAtRest = false;

  constructor(
    private readonly options: {
      table: Pick<ProcessTable, 'listeners' | 'get'>;
      trees: Pick<ProcessTrees, 'members'>;
      /** Whether `get` costs little beside a look at all processes, as it does where each has a file of its own. */
      hasCheapGet?: boolean;
      clock?: Clock;
    },
  ) {
    this.clock = options.clock ?? systemClock;
  }

  /** Samples in the order of `targets`. The caller keeps two calls from overlapping. */
  async sample(targets: readonly UsageTarget[]): Promise<UsageSample[]> {
    const look = (await this.lookAtKnown(targets)) ?? (await this.lookAtAll(targets));
    const { trees, ports: portsByPid, atMs } = look;
    const elapsedMs = this.previousAtMs === undefined ? 0 : atMs - this.previousAtMs;
    const current: CpuTimes = new Map();
    const samples = trees.map((members, index) => {
      let usedMs = 0;
      let memoryBytes = 0;
      let threads = 0;
      const ports = new Set<number>();
      for (const info of members) {
        const identity = `${info.pid} ${info.startTime}`;
        const before = this.previous.get(identity);
        current.set(identity, info.cpuMs);
        // A process that is new since the last sample used all its time since then.
        if (elapsedMs > 0) usedMs += Math.max(0, info.cpuMs - (before ?? (this.knew(members) ? 0 : info.cpuMs)));
        memoryBytes += info.memoryBytes;
        threads += info.threads;
        for (const port of portsByPid.get(info.pid) ?? []) ports.add(port);
      }
      return {
        service: targets[index]?.service ?? '',
        cpuPercent: elapsedMs > 0 ? (usedMs / elapsedMs) * 100 : 0,
        memoryBytes,
        processes: members.length,
        threads,
        ports: [...ports].sort((a, b) => a - b),
      };
    });
    this.previous = current;
    this.previousAtMs = atMs;
    this.isAtRest = elapsedMs > 0 && samples.every(({ cpuPercent }) => cpuPercent < REST_PERCENT);
    return samples;
  }

  private async lookAtAll(targets: readonly UsageTarget[]): Promise<FullLook> {
    const trees = await Promise.all(targets.map(({ key }) => this.options.trees.members(key)));
    const atMs = this.clock.monotonic();
    const ports = await this.ports(new Set(trees.flat().map((info) => info.pid)));
    this.full = { targets: nameOf(targets), trees, ports, atMs };
    return this.full;
  }

  /** The trees as they were at the last look at all processes, with what each uses now; undefined: all have to be looked at. */
  private async lookAtKnown(targets: readonly UsageTarget[]): Promise<FullLook | undefined> {
    const { full, previousAtMs } = this;
    const now = this.clock.monotonic();
    if (!this.options.hasCheapGet || !this.isAtRest || !full || previousAtMs === undefined) return undefined;
    if (now - full.atMs >= FULL_LOOK_MS || full.targets !== nameOf(targets)) return undefined;
    const most = ((now - previousAtMs) * REST_PERCENT) / 100;
    const trees: ProcessInfo[][] = [];
    for (const before of full.trees) {
      const infos = await Promise.all(before.map(({ pid }) => this.options.table.get(pid)));
      let usedMs = 0;
      const tree: ProcessInfo[] = [];
      for (const [index, info] of infos.entries()) {
        // One that ended may have left others; one that moves may have started some.
        if (!info || info.startTime !== before[index]?.startTime) return undefined;
        usedMs += info.cpuMs - (this.previous.get(`${info.pid} ${info.startTime}`) ?? 0);
        tree.push(info);
      }
      // CPU time is counted in ticks of some ms, of which a short period has few.
      if (usedMs > Math.max(most, TICK_MS)) return undefined;
      trees.push(tree);
    }
    return { ...full, trees, atMs: now };
  }

  /** Whether any process of this tree was seen before: a tree seen for the first time has no "since then". */
  private knew(members: readonly { pid: number; startTime: string }[]): boolean {
    return members.some((info) => this.previous.has(`${info.pid} ${info.startTime}`));
  }

  private async ports(pids: ReadonlySet<number>): Promise<Map<number, number[]>> {
    const byPid = new Map<number, number[]>();
    for (const { pid, port } of await this.options.table.listeners(pids)) {
      byPid.set(pid, [...(byPid.get(pid) ?? []), port]);
    }
    return byPid;
  }
}

/** The trees that are measured, in a form that can be compared. */
function nameOf(targets: readonly UsageTarget[]): string {
  return targets.map(({ service, key }) => `${service} ${key.pid} ${key.startTime} ${key.marker}`).join('\n');
}
