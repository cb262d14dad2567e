import { readdir, readlink } from 'node:fs/promises';
import { mapLimit } from '../base/async.ts';

/** Processes whose descriptors are read at once; the thread pool has four threads, more only queues. */
const PARALLEL_READS = 8;

/** Processes that are remembered; more than any machine here runs, so that the memory of ended ones stays bounded. */
const MAX_REMEMBERED = 4_096;

/**
 * Which processes hold which listening sockets. Finding out means reading every descriptor of a process, thousands of
 * links for a hundred services, so it is done only when it can have another result: for a process not seen before, and
 * when a socket listens that did not at the last look. (Numbers of sockets are counted up by the kernel and not soon
 * used again. A socket that is handed to an old process later goes unnoticed until then.)
 *
 * A socket that this process holds too was handed down to it and on to all it starts, as a debugger's is by some that
 * start it: nobody who merely has it listens on it, so that it counts as this process's alone.
 */
export class SocketHolders {
  private readonly holders = new Map<string, Set<number>>();
  /** The sockets that listened when the descriptors of a process were last read. */
  private readonly seen = new Map<number, ReadonlySet<string>>();

  /** `root` is where /proc is, `own` this process. */
  constructor(
    private readonly root: string,
    private readonly own = process.pid,
  ) {}

  /** For each of `inodes`, which are all that listen now, its holder among `pids`: the lowest when workers share it. */
  async find(pids: ReadonlySet<number>, inodes: ReadonlySet<string>): Promise<Map<string, number>> {
    for (const inode of this.holders.keys()) if (!inodes.has(inode)) this.holders.delete(inode);
    if (this.seen.size > MAX_REMEMBERED) this.seen.clear();
    const unread = [...new Set([...pids, this.own])].filter((pid) => {
      const seen = this.seen.get(pid);
      return !seen || [...inodes].some((inode) => !seen.has(inode));
    });
    await mapLimit(unread, PARALLEL_READS, (pid) => this.readDescriptors(pid, inodes));
    const found = new Map<string, number>();
    for (const inode of inodes) {
      const all = this.holders.get(inode);
      const holders = all?.has(this.own) ? [this.own] : [...(all ?? [])];
      const wanted = holders.filter((pid) => pids.has(pid));
      if (wanted.length > 0) found.set(inode, Math.min(...wanted));
    }
    return found;
  }

  /**
   * Whether a process holds one of some sockets now. Asked of one that has just begun to listen: newest descriptors first,
   * and read while the sockets are still being looked up.
   */
  async holdsOne(pid: number, looked: Promise<ReadonlySet<string>>): Promise<boolean> {
    const folder = `${this.root}/${pid}/fd`;
    const fds = (await readdir(folder).catch(() => [])).map(Number).sort((a, b) => b - a);
    for (let at = 0; at < fds.length; at += PARALLEL_READS) {
      const some = fds.slice(at, at + PARALLEL_READS);
      const targets = await Promise.all(some.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
      const inodes = await looked;
      if (inodes.size === 0) return false;
      if (targets.some((target) => inodes.has(inodeOf(target)))) return true;
    }
    await looked;
    return false;
  }

  private async readDescriptors(pid: number, inodes: ReadonlySet<string>): Promise<void> {
    const folder = `${this.root}/${pid}/fd`;
    const fds = await readdir(folder).catch(() => []);
    for (const holders of this.holders.values()) holders.delete(pid);
    const targets = await mapLimit(fds, PARALLEL_READS, (fd) => readlink(`${folder}/${fd}`).catch(() => ''));
    for (const target of targets) {
      const inode = inodeOf(target);
      if (!inodes.has(inode)) continue;
      const holders = this.holders.get(inode);
      if (holders) holders.add(pid);
      else this.holders.set(inode, new Set([pid]));
    }
    this.seen.set(pid, inodes);
  }
}

/** The number of the socket that a descriptor links to (`socket:[4711]`); empty when it is something else. */
function inodeOf(target: string): string {
  return target.startsWith('socket:[') ? target.slice(8, -1) : '';
}
