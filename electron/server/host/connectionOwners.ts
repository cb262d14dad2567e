import { readdir, readlink } from 'node:fs/promises';
import { descriptorsNow, socketLinksNow } from './procNow.ts';
import { procRows } from './procRows.ts';
import { SharedPass } from './sharedPass.ts';
import { type RunProgram, runProgram } from './runProgram.ts';

/** Finds the process at the other end of a connection on this machine. */
export interface ConnectionOwners {
  /**
   * The pid of the process that opened a connection to `serverPort` from its own port `clientPort`; undefined when the
   * connection is gone or the system does not tell. Once `isOpen` is false it is not looked for any more.
   */
  ownerOf(clientPort: number, serverPort: number, isOpen: () => boolean): Promise<number | undefined>;
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
 * Descriptors that one look reads in one go, of the usual owners; 4 µs each, so that it is not felt. Through the thread pool
 * a descriptor costs 100 µs of processor time and a kilobyte of garbage, and who asks often has it for each connection.
 */
const MAX_READ_NOW = 256;

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
  private wanted = new Map<string, () => boolean>();
  private readonly looks = new SharedPass(() => this.look());

  constructor(private readonly root = '/proc') {}

  async ownerOf(clientPort: number, serverPort: number, isOpen: () => boolean): Promise<number | undefined> {
    const connection = `${clientPort} ${serverPort}`;
    this.wanted.set(connection, isOpen);
    const look = await this.looks.run();
    const inode = look.inodes.get(connection);
    if (inode === undefined) return undefined;
    const link = `socket:[${inode}]`;
    const known = this.holders.get(link);
    if (known !== undefined) return this.remember(known);
    // As of now: who becomes a usual owner while others are looked at has not been asked about this one.
    const asked = [...this.usual].reverse();
    for (const pid of asked) {
      if (!look.links.has(pid)) this.readNow(look, pid);
      if (await this.holds(look, pid, link)) return this.remember(pid);
    }
    // One that was closed meanwhile is held by nobody, and everybody would be asked in vain.
    if (!isOpen()) return undefined;
    look.pids ??= this.youngestFirst();
    for (const pid of await look.pids) {
      if (!isOpen()) return undefined;
      // Our own process holds the other end of each of them, and has the most descriptors.
      if (pid === process.pid || asked.includes(pid)) continue;
      if (await this.holds(look, pid, link)) return this.remember(pid);
    }
    return undefined;
  }

  private async youngestFirst(): Promise<number[]> {
    const pids = (await readdir(this.root)).filter((name) => /^\d+$/.test(name)).map(Number);
    return pids.sort((a, b) => b - a);
  }

  private remember(pid: number): number {
    this.usual.delete(pid);
    this.usual.add(pid);
    if (this.usual.size > MAX_REMEMBERED) this.usual.delete(this.usual.values().next().value as number);
    return pid;
  }

  private async holds(look: Look, pid: number, link: string): Promise<boolean> {
    // Another look-up may have come by meanwhile.
    const known = this.holders.get(link);
    if (known !== undefined) return known === pid;
    let links = look.links.get(pid);
    if (!links) {
      links = this.linksOf(pid);
      look.links.set(pid, links);
    }
    return (await links).has(link);
  }

  /** Reads the descriptors of a process at once, unless they are too many. */
  private readNow(look: Look, pid: number): void {
    if (look.readNow <= 0) return;
    const descriptors = descriptorsNow(this.root, pid);
    look.readNow -= descriptors.length + 1;
    if (look.readNow < 0) return;
    if (descriptors.length === 0) this.usual.delete(pid);
    const sockets = socketLinksNow(this.root, pid, descriptors);
    for (const one of sockets) this.note(one, pid);
    look.links.set(pid, Promise.resolve(sockets));
  }

  private async linksOf(pid: number): Promise<ReadonlySet<string>> {
    const folder = `${this.root}/${pid}/fd`;
    const fds = await readdir(folder).catch(() => undefined);
    if (!fds) this.usual.delete(pid);
    const links = await Promise.all((fds ?? []).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
    const sockets = new Set(links.filter((one) => one.startsWith('socket:')));
    for (const one of sockets) this.note(one, pid);
    return sockets;
  }

  private note(link: string, pid: number): void {
    this.holders.delete(link);
    this.holders.set(link, pid);
    if (this.holders.size > MAX_SOCKETS) this.holders.delete(this.holders.keys().next().value as string);
  }

  /**
   * The kernel goes through its whole table of hundreds of thousands of buckets for what is read: no further than the last
   * connection that is wanted and open, and the table of IPv6 is left out where the one of IPv4 had them all.
   */
  private async look(): Promise<Look> {
    const { wanted } = this;
    this.wanted = new Map();
    const inodes = new Map<string, string>();
    const isDone = (): boolean => {
      for (const [connection, isOpen] of wanted) if (!isOpen()) wanted.delete(connection);
      return wanted.size === 0;
    };
    for (const file of ['tcp', 'tcp6']) {
      if (isDone()) break;
      for await (const rows of procRows(`${this.root}/net/${file}`)) {
        for (const [connection, inode] of parseConnections(rows)) {
          if (wanted.delete(connection)) inodes.set(connection, inode);
        }
        if (isDone()) break;
      }
    }
    return { inodes, links: new Map(), readNow: MAX_READ_NOW, pids: undefined };
  }
}

/** What look-ups share that came at the same time: each connection of it was open before any process was looked at. */
interface Look {
  /** Numbers of sockets by `clientPort serverPort`, of those connections that were wanted and are open. */
  readonly inodes: ReadonlyMap<string, string>;
  /** Links of the sockets that a process holds, by pid. */
  readonly links: Map<number, Promise<ReadonlySet<string>>>;
  /** Descriptors that may still be read in one go. */
  readNow: number;
  /** Every process, the youngest first; once somebody needed them. */
  pids: Promise<number[]> | undefined;
}

/**
 * A line of /proc/net/tcp or tcp6 in the state ESTABLISHED (01): ports of both ends, number of the socket. One expression over
 * the whole text, since a client with hundreds of connections makes for thousands of lines, which requests wait for.
 */
const ESTABLISHED = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) 01 \S+ \S+ +\S+ +\d+ +\d+ ([1-9]\d*)/gm;

/** Reads the open connections of `/proc/net/tcp`: `localPort remotePort` to the number of the socket. */
export function parseConnections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, local = '', remote = '', inode = ''] of text.matchAll(ESTABLISHED))
    found.set(`${Number.parseInt(local, 16)} ${Number.parseInt(remote, 16)}`, inode);
  return found;
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
