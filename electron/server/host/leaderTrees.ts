import type { Clock } from '../base/clock.ts';
import type { TreeKey } from './processTree.ts';
import type { ProcessInfo, ProcessTable } from './processTable.ts';

/**
 * Trees whose descendants are looked up one by one at the same time. For more of them, one pass over all processes that
 * they share costs less.
 */
const MAX_SINGLE_LOOKS = 4;

/**
 * A tree that was foreseen is signalled as it was then for so long, ms: who was born since is in the group, or found by its
 * marker; no number is given to another process that soon.
 */
const FORESEEN_MS = 30;

/** Leaders with their descendants, looked up without a pass over all processes where the system allows that. */
export class LeaderTrees {
  private singleLooks = 0;
  private readonly foreseen = new Map<string, { at: number; related: Promise<Map<number, ProcessInfo> | undefined> }>();

  constructor(
    private readonly table: ProcessTable,
    private readonly clock: Clock,
  ) {}

  /** Looks trees up that are about to be asked for. */
  foresee(keys: readonly TreeKey[]): void {
    this.foreseen.clear();
    for (const key of keys) {
      // A failure is met again, and told, by whoever needs the result.
      const related = this.lookUp(key).catch(() => undefined);
      this.foreseen.set(key.marker, { at: this.clock.monotonic(), related });
    }
  }

  /** The leader with its descendants, by pid, as just foreseen or looked up now; see {@link lookUp}. */
  async take(key: TreeKey): Promise<Map<number, ProcessInfo> | undefined> {
    const seen = this.foreseen.get(key.marker);
    this.foreseen.delete(key.marker);
    const isFresh = seen !== undefined && this.clock.monotonic() - seen.at <= FORESEEN_MS;
    return (isFresh ? await seen.related : undefined) ?? this.lookUp(key);
  }

  /**
   * The leader with its descendants, when it is alive and they can be looked up without a pass over all processes. (Who
   * else is in its group hears what the group is sent.)
   */
  private async lookUp(key: TreeKey): Promise<Map<number, ProcessInfo> | undefined> {
    const { table } = this;
    if (!table.descendants || key.pid <= 0 || this.singleLooks >= MAX_SINGLE_LOOKS) return undefined;
    this.singleLooks++;
    try {
      const [leader, descendants] = await Promise.all([table.get(key.pid), table.descendants(key.pid)]);
      if (!leader || !descendants || leader.startTime !== key.startTime) return undefined;
      const alive = [leader, ...descendants].filter((info) => !info.zombie && info.pid !== process.pid);
      return new Map(alive.map((info) => [info.pid, info]));
    } finally {
      this.singleLooks--;
    }
  }
}
