import type { Listener, ProcessInfo, ProcessTable } from './processTable.ts';
import { type RunProgram, runProgram } from './runProgram.ts';
import { wholeList } from './wholeList.ts';

const FIELDS = 'pid=,ppid=,pgid=,state=,rss=,time=,lstart=,command=';

/** The process table of macOS, read with ps and lsof. ps tells no thread count: it is 0 here, which means unknown. */
export class MacProcessTable implements ProcessTable {
  constructor(private readonly run: RunProgram = runProgram) {}

  async list(): Promise<ProcessInfo[]> {
    return wholeList(async () => parsePs(await this.run('ps', ['-axww', '-o', FIELDS])));
  }

  async get(pid: number): Promise<ProcessInfo | undefined> {
    const info = parsePs(await this.run('ps', ['-ww', '-p', String(pid), '-o', FIELDS]))[0];
    return info?.zombie ? undefined : info;
  }

  async withEnvironment(name: string, value: string): Promise<number[]> {
    return (await this.byEnvironment(name)).get(value) ?? [];
  }

  async byEnvironment(name: string): Promise<Map<string, number[]>> {
    // `-E` adds the environment to the command; for processes of other users ps leaves it out.
    return parsePsEnvironment(await this.run('ps', ['-axEww', '-o', 'pid=,command=']), name);
  }

  async listeners(pids?: ReadonlySet<number>): Promise<Listener[]> {
    if (pids?.size === 0) return [];
    const only = pids ? ['-a', '-p', [...pids].join(',')] : [];
    return parseLsof(await this.run('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', ...only, '-FpcnT']));
  }
}

/** Reads `ps -o pid=,ppid=,pgid=,state=,rss=,time=,lstart=,command=`. */
export function parsePs(text: string): ProcessInfo[] {
  const infos: ProcessInfo[] = [];
  const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s*(.*)$/;
  for (const line of text.split('\n')) {
    const match = row.exec(line);
    if (!match) continue;
    const [, pid, ppid, pgid, state = '', rss, time = '', start = '', command = ''] = match;
    infos.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      startTime: start.replace(/\s+/g, ' '),
      command,
      zombie: state.startsWith('Z'),
      cpuMs: psTimeMs(time),
      memoryBytes: Number(rss) * 1024,
      threads: 0,
    });
  }
  return infos;
}

/** `[[dd-]hh:]mm:ss[.cc]` in ms. */
export function psTimeMs(time: string): number {
  const [rest = '', days] = time.split('-').reverse();
  const seconds = rest.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days ?? 0) * 86_400 + seconds) * 1000);
}

/** Reads `ps -E -o pid=,command=`, where `NAME=value` pairs follow the command. Values with spaces end at the space. */
export function parsePsEnvironment(text: string, name: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    const at = match?.[2]?.lastIndexOf(` ${name}=`) ?? -1;
    if (!match || at < 0) continue;
    const value = match[2]?.slice(at + name.length + 2).split(' ')[0] ?? '';
    found.set(value, [...(found.get(value) ?? []), Number(match[1])]);
  }
  return found;
}

/** Reads lsof's field output (`-F`): `p` pid, `c` command, `n` name. One socket can be held by several processes. */
export function parseLsof(text: string): Listener[] {
  const listeners = new Map<string, Listener>();
  let pid = 0;
  let command = '';
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line[0] === 'p') pid = Number(value);
    else if (line[0] === 'c') command = value;
    else if (line[0] === 'n') {
      const colon = value.lastIndexOf(':');
      const host = value.slice(0, colon).replace(/^\[|\]$/g, '');
      const port = Number(value.slice(colon + 1));
      if (!Number.isInteger(port) || port <= 0) continue;
      const listener = { address: host === '*' ? '0.0.0.0' : host, port, pid, command };
      listeners.set(`${listener.address} ${port} ${pid}`, listener);
    }
  }
  return [...listeners.values()];
}
