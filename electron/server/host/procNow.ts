import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

/**
 * Looks into /proc that are done in one go. /proc is memory, and what is read here takes no lock that another process could
 * hold for long (a command line or an environment does); a file costs some µs. Spread over the thread pool each of its
 * three steps waits for its turn, which takes ms while a service that starts or ends keeps the machine busy, and somebody
 * waits for just that service.
 */

/** Holds any `stat` and any list of children that is looked at here. */
const TEXT_BYTES = 4096;
/** More threads than this are not gone through in one go, or it would be felt. */
const MAX_THREADS = 128;
/** Length of a row of /proc/net/tcp. The kernel looks for no further row than those that fit into the read. */
const ROW_BYTES = 150;
/** Rows of the table that are gone through at most; a machine with more listeners is looked at in the thread pool. */
const MAX_ROWS = 300;
/** A socket that has just begun to listen is among the last that its process opened. */
const NEWEST_DESCRIPTORS = 12;
const MAX_DESCRIPTORS = 500;

/** States before the first connection of the table: LISTEN, and SYN_RECV on kernels before 4.4. */
const EARLY_STATES = new Set(['0A', '03']);

/** The `stat` lines of a process and of all that descends from it, by pid; undefined when they are many or it is not told. */
export function treeNow(root: string, pid: number): Map<number, string> | undefined {
  const found = new Map<number, string>();
  const budget = { threads: MAX_THREADS };
  const queue = [pid];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const stat = textNow(`${root}/${next}/stat`);
    if (stat === undefined || found.has(next)) continue;
    found.set(next, stat);
    const children = childrenNow(root, next, budget);
    if (!children) return undefined;
    queue.push(...children);
  }
  return found;
}

/** Whether a process listens on a TCP port, as far as a short look tells: false means nothing. */
export function listensNow(root: string, pid: number, port: number): boolean {
  let links: ReadonlySet<string> | undefined;
  for (const file of ['tcp', 'tcp6']) {
    for (const inode of listenersNow(`${root}/net/${file}`, port)) {
      links ??= newestLinks(`${root}/${pid}/fd`);
      if (links.has(`socket:[${inode}]`)) return true;
    }
  }
  return false;
}

/** Undefined when this kernel keeps no such list, or the process has too many threads. */
function childrenNow(root: string, pid: number, budget: { threads: number }): number[] | undefined {
  const threads = namesNow(`${root}/${pid}/task`);
  budget.threads -= threads.length;
  if (budget.threads < 0) return undefined;
  const lists = threads.map((thread) => textNow(`${root}/${pid}/task/${thread}/children`));
  // A single thread may have ended meanwhile.
  if (threads.length > 0 && lists.every((list) => list === undefined)) return undefined;
  return lists.flatMap((list) => (list ?? '').split(' ').filter(Boolean).map(Number));
}

/** The numbers of the sockets that listen on a port. */
function* listenersNow(path: string, port: number): Generator<string> {
  const fd = openNow(path);
  if (fd === undefined) return;
  try {
    const buffer = Buffer.allocUnsafe(ROW_BYTES);
    let text = '';
    for (let reads = 0; reads < MAX_ROWS; reads++) {
      const bytes = readSync(fd, buffer, 0, ROW_BYTES, null);
      if (bytes === 0) return;
      text += buffer.toString('latin1', 0, bytes);
      const rows = text.split('\n');
      text = rows.pop() ?? '';
      for (const row of rows) {
        const fields = row.trim().split(/\s+/);
        const [, local = '', , state = ''] = fields;
        // The first row names the columns.
        if (state === 'st') continue;
        if (!EARLY_STATES.has(state)) return;
        const isWanted = state === '0A' && Number.parseInt(local.slice(local.indexOf(':') + 1), 16) === port;
        if (isWanted && fields[9]) yield fields[9];
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** The names of the descriptors of a process; none when they cannot be read. */
export function descriptorsNow(root: string, pid: number): string[] {
  return namesNow(`${root}/${pid}/fd`);
}

/** The links of the sockets (`socket:[4711]`) among some descriptors of a process. */
export function socketLinksNow(root: string, pid: number, descriptors: readonly string[]): Set<string> {
  const links = descriptors.map((fd) => linkNow(`${root}/${pid}/fd/${fd}`));
  return new Set(links.filter((link) => link.startsWith('socket:')));
}

/** What the descriptors link to that a process opened last. */
function newestLinks(folder: string): ReadonlySet<string> {
  const fds = namesNow(folder).map(Number);
  if (fds.length > MAX_DESCRIPTORS) return new Set();
  const newest = fds.sort((a, b) => b - a).slice(0, NEWEST_DESCRIPTORS);
  return new Set(newest.map((fd) => linkNow(`${folder}/${fd}`)));
}

function textNow(path: string): string | undefined {
  const fd = openNow(path);
  if (fd === undefined) return undefined;
  try {
    const buffer = Buffer.allocUnsafe(TEXT_BYTES);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, TEXT_BYTES, null));
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function openNow(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function namesNow(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkNow(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
