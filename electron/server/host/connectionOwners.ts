import { readdir, readFile, readlink } from 'node:fs/promises';
import { SharedPass } from './sharedPass.ts';
import { type RunProgram, runProgram } from './runProgram.ts';

/** Finds the process at the other end of a connection on this machine. */
export interface ConnectionOwners {
  /**
   * The pid of the process that opened a connection to `serverPort` from its own port `clientPort`; undefined when the
   * connection is gone or the system does not tell.
   */
  ownerOf(clientPort: number, serverPort: number): Promise<number | undefined>;
}

/** The owners of connections on the system this runs on. */
export function createConnectionOwners(platform: NodeJS.Platform = process.platform): ConnectionOwners {
  if (platform === 'win32') return new ListedConnectionOwners(['netstat', '-ano', '-p', 'TCP'], parseNetstat);
  if (platform === 'darwin') {
    return new ListedConnectionOwners(['lsof', '-nP', '-iTCP', '-sTCP:ESTABLISHED', '-Fpn'], parseLsofConnections);
  }
  return new LinuxConnectionOwners();
}

/** Pids that owned a connection lately and are asked first: services make new connections all the time. */
const MAX_REMEMBERED = 256;

/** Sockets whose holders are kept. A client that opens hundreds of connections at once is read once, not once for each. */
const MAX_SOCKETS = 4096;

/**
 * Reads /proc: the table of sockets tells the number of the client's socket, the descriptors of processes who holds it.
 * The usual owners are looked at first, then everybody, the youngest first, since a process that lives for one request
 * (curl in a loop) has to be found before it ends.
 */
class LinuxConnectionOwners implements ConnectionOwners {
  /** Most recent last. */
  private readonly usual = new Set<number>();
  /** Holders by link (`socket:[4711]`), oldest first; the kernel does not soon use a number again. */
  private readonly holders = new Map<string, number>();
  private readonly tables = new SharedPass(() => this.readTables());

  constructor(private readonly root = '/proc') {}

  async ownerOf(clientPort: number, serverPort: number): Promise<number | undefined> {
    const inode = (await this.tables.run()).get(`${clientPort} ${serverPort}`);
    if (inode === undefined) return undefined;
    const link = `socket:[${inode}]`;
    const known = this.holders.get(link);
    if (known !== undefined) return this.remember(known);
    for (const pid of [...this.usual].reverse()) if (await this.holds(pid, link)) return this.remember(pid);
    const pids = (await readdir(this.root)).filter((name) => /^\d+$/.test(name)).map(Number);
    for (const pid of pids.sort((a, b) => b - a)) {
      // Our own process holds the other end of each of them, and has the most descriptors.
      if (pid === process.pid || this.usual.has(pid)) continue;
      if (await this.holds(pid, link)) return this.remember(pid);
    }
    return undefined;
  }

  private remember(pid: number): number {
    this.usual.delete(pid);
    this.usual.add(pid);
    if (this.usual.size > MAX_REMEMBERED) this.usual.delete(this.usual.values().next().value as number);
    return pid;
  }

  private async holds(pid: number, link: string): Promise<boolean> {
    // Another look-up may have come by meanwhile.
    const known = this.holders.get(link);
    if (known !== undefined) return known === pid;
    const folder = `${this.root}/${pid}/fd`;
    const fds = await readdir(folder).catch(() => undefined);
    if (!fds) {
      this.usual.delete(pid);
      return false;
    }
    const links = await Promise.all(fds.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
    for (const one of links) if (one.startsWith('socket:')) this.note(one, pid);
    return links.includes(link);
  }

  private note(link: string, pid: number): void {
    this.holders.delete(link);
    this.holders.set(link, pid);
    if (this.holders.size > MAX_SOCKETS) this.holders.delete(this.holders.keys().next().value as string);
  }

  /** Numbers of sockets by `clientPort serverPort`, of connections that are open. */
  private async readTables(): Promise<Map<string, string>> {
    const texts = await Promise.all(
      ['tcp', 'tcp6'].map((file) => readFile(`${this.root}/net/${file}`, 'latin1').catch(() => '')),
    );
    return parseConnections(texts.join('\n'));
  }
}

/** State `ESTABLISHED` in the `st` column of /proc/net/tcp. */
const ESTABLISHED = '01';

/** Reads the open connections of `/proc/net/tcp`: `localPort remotePort` to the number of the socket. */
export function parseConnections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [, local = '', remote = '', state] = fields;
    const inode = fields[9];
    if (state !== ESTABLISHED || !inode || inode === '0') continue;
    found.set(`${portOf(local)} ${portOf(remote)}`, inode);
  }
  return found;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}

/** Lists all connections with a program of the system. */
class ListedConnectionOwners implements ConnectionOwners {
  private readonly lists: SharedPass<Map<string, number>>;

  constructor(
    [program = '', ...args]: string[],
    parse: (text: string) => Map<string, number>,
    run: RunProgram = runProgram,
  ) {
    this.lists = new SharedPass(async () => parse(await run(program, args)));
  }

  async ownerOf(clientPort: number, serverPort: number): Promise<number | undefined> {
    return (await this.lists.run()).get(`${clientPort} ${serverPort}`);
  }
}

/** Reads `netstat -ano -p TCP` of Windows: `localPort remotePort` to the pid. Its words are translated, so states are not looked at. */
export function parseNetstat(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^\s*TCP\s+\S+:(\d+)\s+\S+:(\d+)\s+.*?(\d+)\s*$/.exec(line);
    if (match && match[3] !== '0') found.set(`${match[1]} ${match[2]}`, Number(match[3]));
  }
  return found;
}

/** Reads `lsof -iTCP -Fpn`: `localPort remotePort` to the pid. */
export function parseLsofConnections(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let pid = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    const match = /^n\S+:(\d+)->\S+:(\d+)$/.exec(line);
    if (match) found.set(`${match[1]} ${match[2]}`, pid);
  }
  return found;
}
