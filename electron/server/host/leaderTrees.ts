import type { Clock } from '../base/clock.ts';
import type { ProcessInfo, ProcessTable } from './processTable.ts';
import type { TreeKey } from './processTree.ts';

/**
 * Trees that are looked up one by one within a while. For more of them, one pass over all processes that they share costs
 * less, and does not hold up everything else.
 */
const MAX_SINGLE_LOOKS = 4;
const WHILE_MS = 10;

/** Leaders with their descendants, looked up at once and without a pass over all processes where the system allows that. */
export class LeaderTrees {
  private looks = 0;
  private since = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly table: Pick<ProcessTable, 'treeNow'>,
    private readonly clock: Clock,
  ) {}

  /**
   * The leader with its descendants that are alive, when it is and they can be looked up. (Who else is in its group hears
   * what the group is sent.)
   */
  find({ pid, startTime }: TreeKey): ProcessInfo[] | undefined {
    if (pid <= 0 || !this.table.treeNow || !this.mayLook()) return undefined;
    const members = this.table.treeNow(pid);
    const leader = members?.find((info) => info.pid === pid);
    if (!leader || leader.zombie || leader.startTime !== startTime) return undefined;
    return members?.filter((info) => !info.zombie && info.pid !== process.pid);
  }

  private mayLook(): boolean {
    const now = this.clock.monotonic();
    if (now - this.since > WHILE_MS) {
      this.since = now;
      this.looks = 0;
    }
    return ++this.looks <= MAX_SINGLE_LOOKS;
  }
}
