import type { ProcessInfo } from './processTable.ts';
import type { TreeKey } from './processTree.ts';
import type { Signaller } from './signaller.ts';

/** The processes of one tree that were sent a signal, each once: some programs take a second one for impatience. */
export class ToldProcesses {
  private readonly told = new Set<string>();
  private isGroupTold = false;

  constructor(
    private readonly signaller: Signaller,
    private readonly key: TreeKey,
    private readonly signal: NodeJS.Signals,
  ) {}

  /** Sends the signal to those that were not sent it yet; false when there are none. */
  async tell(members: readonly ProcessInfo[]): Promise<boolean> {
    const fresh = members.filter((info) => !this.isTold(info));
    for (const info of fresh) {
      this.told.add(nameOf(info));
      this.isGroupTold ||= this.isOfGroup(info);
    }
    if (fresh.length > 0) await this.signaller.signal(fresh, this.key.pid, this.signal);
    return fresh.length > 0;
  }

  /**
   * The group is told as a whole, those included that were just being forked; who is born into it later is what a process
   * does in order to end. (SIGKILL leaves nobody to do that, and is sent again.)
   */
  private isTold(info: ProcessInfo): boolean {
    return this.told.has(nameOf(info)) || (this.isGroupTold && this.signal !== 'SIGKILL' && this.isOfGroup(info));
  }

  private isOfGroup({ pgid }: ProcessInfo): boolean {
    return pgid > 0 && pgid === this.key.pid;
  }
}

function nameOf({ pid, startTime }: ProcessInfo): string {
  return `${pid} ${startTime}`;
}
