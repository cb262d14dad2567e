import { type Clock, systemClock } from '../base/clock.ts';
import type { ProcessTable } from './processTable.ts';
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

  constructor(
    private readonly options: {
      table: Pick<ProcessTable, 'listeners'>;
      trees: Pick<ProcessTrees, 'members'>;
      clock?: Clock;
    },
  ) {
    this.clock = options.clock ?? systemClock;
  }

  /** Samples in the order of `targets`. The caller keeps two calls from overlapping. */
  async sample(targets: readonly UsageTarget[]): Promise<UsageSample[]> {
    const trees = await Promise.all(targets.map(({ key }) => this.options.trees.members(key)));
    const atMs = this.clock.monotonic();
    const elapsedMs = this.previousAtMs === undefined ? 0 : atMs - this.previousAtMs;
    const portsByPid = await this.ports(new Set(trees.flat().map((info) => info.pid)));
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
    return samples;
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
