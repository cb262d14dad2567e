import { readdir } from 'node:fs/promises';
import { mapLimit } from '../base/async.ts';
import { EnvironmentMarks } from './environmentMarks.ts';
import { listeningSockets } from './listeningSockets.ts';
import { linuxStartTime, STAT_START_TIME, splitStat } from './processIdentity.ts';
import type { Listener, ProcessInfo, ProcessTable } from './processTable.ts';
import { listensNow, treeNow } from './procNow.ts';
import { readProcFile } from './procFile.ts';
import { SocketHolders } from './socketHolders.ts';

/** Ticks per second of the times in `/proc/<pid>/stat`: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Page size of the memory figures. 4 KiB on x64 and on almost every arm64 kernel that Node runs on. */
const PAGE_BYTES = 4096;

/**
 * Files of /proc that are read at the same time. The thread pool has four threads; more only queues, fewer leaves
 * threads idle while one waits.
 */
const PARALLEL_READS = 8;

/** The process table of Linux, read from /proc. A process that ends while it is read is left out. */
export class LinuxProcessTable implements ProcessTable {
  /** Command lines by pid; good as long as the process is the same and runs the same program. */
  private commands = new Map<number, { identity: string; command: string }>();

  private readonly sockets: SocketHolders;
  private readonly marks = new Map<string, EnvironmentMarks>();

  constructor(private readonly root = '/proc') {
    this.sockets = new SocketHolders(root);
  }

  async list(): Promise<ProcessInfo[]> {
    const pids = await this.pids();
    const infos = await mapLimit(pids, PARALLEL_READS, (pid) => this.read(pid));
    if (this.commands.size > pids.length) this.forgetCommands(new Set(pids));
    return infos.filter((info) => info !== undefined);
  }

  async get(pid: number): Promise<ProcessInfo | undefined> {
    const info = await this.read(pid);
    return info?.zombie ? undefined : info;
  }

  async withEnvironment(name: string, value: string): Promise<number[]> {
    return (await this.byEnvironment(name)).get(value) ?? [];
  }

  async byEnvironment(name: string): Promise<Map<string, number[]>> {
    let marks = this.marks.get(name);
    if (!marks) {
      marks = new EnvironmentMarks(this.root, name, () => performance.now());
      this.marks.set(name, marks);
    }
    return marks.byValue(await this.pids());
  }

  treeNow(pid: number): ProcessInfo[] | undefined {
    const stats = treeNow(this.root, pid);
    return stats && [...stats].map(([member, stat]) => parseStat(member, stat));
  }

  async listeners(pids?: ReadonlySet<number>): Promise<Listener[]> {
    if (pids?.size === 0) return [];
    const sockets = await listeningSockets(this.root);
    if (sockets.length === 0) return [];
    const owners = await this.sockets.find(pids ?? new Set(await this.pids()), new Set(sockets.map((s) => s.inode)));
    const commands = new Map<number, string>();
    await mapLimit([...new Set(owners.values())], PARALLEL_READS, async (pid) => {
      // The last pass over the table has most of them.
      commands.set(pid, this.commands.get(pid)?.command ?? (await this.commandOf(pid)));
    });
    const listeners: Listener[] = [];
    for (const { address, port, inode } of sockets) {
      const pid = owners.get(inode) ?? 0;
      if (pids && pid === 0) continue;
      listeners.push({ address, port, pid, command: commands.get(pid) ?? '' });
    }
    return listeners;
  }

  async listensOn(pid: number, port: number): Promise<boolean> {
    if (listensNow(this.root, pid, port)) return true;
    const inodes = listeningSockets(this.root).then(
      (sockets) => new Set(sockets.filter((socket) => socket.port === port).map(({ inode }) => inode)),
    );
    return this.sockets.holdsOne(pid, inodes);
  }

  private forgetCommands(alive: ReadonlySet<number>): void {
    for (const pid of this.commands.keys()) if (!alive.has(pid)) this.commands.delete(pid);
  }

  private async pids(): Promise<number[]> {
    const names = await readdir(this.root);
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  private async read(pid: number): Promise<ProcessInfo | undefined> {
    const stat = await this.text(`${pid}/stat`);
    if (stat === undefined) return undefined;
    const info = parseStat(pid, stat);
    if (info.zombie) return info;
    const identity = `${info.startTime} ${info.command}`;
    const known = this.commands.get(pid);
    if (known?.identity === identity) info.command = known.command;
    else {
      info.command = (await this.commandOf(pid)) || info.command;
      this.commands.set(pid, { identity, command: info.command });
    }
    return info;
  }

  private async commandOf(pid: number): Promise<string> {
    const text = (await this.text(`${pid}/cmdline`)) ?? '';
    return text.replace(/\0+$/, '').replaceAll('\0', ' ');
  }

  private async text(path: string): Promise<string | undefined> {
    return (await readProcFile(`${this.root}/${path}`))?.toString('utf8');
  }
}

/** Reads one line of `/proc/<pid>/stat` (proc_pid_stat(5)); the command is the name in brackets, `[name]`. */
export function parseStat(pid: number, stat: string): ProcessInfo {
  const fields = splitStat(stat);
  const number = (index: number): number => Number(fields[index] ?? 0);
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  return {
    pid,
    ppid: number(1),
    pgid: number(2),
    startTime: linuxStartTime(fields[STAT_START_TIME] ?? ''),
    command: `[${name}]`,
    // The first thread may have ended while others still end, and until they have, their sockets are open.
    zombie: (fields[0] === 'Z' || fields[0] === 'X') && number(17) <= 1,
    cpuMs: ((number(11) + number(12)) * 1000) / TICKS_PER_SECOND,
    memoryBytes: number(21) * PAGE_BYTES,
    threads: number(17),
  };
}
