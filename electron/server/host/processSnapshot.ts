import type { ProcessInfo } from './processTable.ts';
import type { TreeKey } from './processTree.ts';

/** All processes of the machine at one moment, with their relations ready to be asked. */
export class ProcessSnapshot {
  private readonly byPid = new Map<number, ProcessInfo>();
  private readonly children = new Map<number, ProcessInfo[]>();
  private readonly groups = new Map<number, ProcessInfo[]>();

  constructor(list: readonly ProcessInfo[]) {
    for (const info of list) {
      this.byPid.set(info.pid, info);
      append(this.children, info.ppid, info);
      if (info.pgid > 0) append(this.groups, info.pgid, info);
    }
  }

  /** Members of a tree by group and descent, alive, by pid; never this process. */
  related({ pid, startTime }: TreeKey): Map<number, ProcessInfo> {
    const found = new Map<number, ProcessInfo>();
    const leader = this.byPid.get(pid);
    const isOurs = leader !== undefined && (startTime === '' || leader.startTime === startTime);
    // A pid that somebody else has now: neither it nor its group are ours. (While a group has members, its number is
    // not given out again, so a group whose leader is gone is still the old one.)
    if (leader !== undefined && !isOurs) return found;
    // Windows keeps the parent's number after its end; on Unix nothing has a parent that is gone.
    const queue = [...(leader ? [leader] : []), ...(this.groups.get(pid) ?? []), ...(this.children.get(pid) ?? [])];
    for (let info = queue.pop(); info; info = queue.pop()) {
      if (found.has(info.pid) || info.pid === process.pid) continue;
      found.set(info.pid, info);
      queue.push(...(this.children.get(info.pid) ?? []));
    }
    for (const [member, info] of found) if (info.zombie) found.delete(member);
    return found;
  }
}

function append(map: Map<number, ProcessInfo[]>, key: number, info: ProcessInfo): void {
  const list = map.get(key);
  if (list) list.push(info);
  else map.set(key, [info]);
}
