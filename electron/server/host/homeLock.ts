import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { storageError } from './files.ts';
import type { ProcessTable } from './processTable.ts';
import { createProcessTable } from './systemProcessTable.ts';

/** Name of the lock in MICRO_HOME. */
export const LOCK_FILE = 'server.lock';

/** How often the lock is tried for before the holder is believed; more than a few only when many start at once. */
const TRIES = 100;

/** Wait while another process clears a stale lock, ms; that takes about one. With {@link TRIES} a second at most. */
const CLEARING_WAIT_MS = 10;

/** Who holds a lock. */
interface LockHolder {
  pid: number;
  startTime: string;
  host: string;
  /** Tells this holding apart from another one of the same process. */
  nonce: string;
}

/**
 * The right to be the one server of a MICRO_HOME. The lock names its holder by pid, start time and host, so that one left
 * by a crash is recognised: the pid is dead, or belongs to a process that began at another time, or the folder
 * was copied from another machine.
 */
export class HomeLock {
  private constructor(
    private readonly path: string,
    private readonly holder: LockHolder,
    /** What was found and cleared, for the server's log. */
    readonly recovered: string | undefined,
  ) {}

  /** Takes the lock, or rejects with `server.already-running` (details: pid). */
  static async acquire(
    home: string,
    table: Pick<ProcessTable, 'get'> = createProcessTable(),
    host: string = hostname(),
  ): Promise<HomeLock> {
    const path = join(home, LOCK_FILE);
    const startTime = (await table.get(process.pid))?.startTime ?? '';
    const holder: LockHolder = { pid: process.pid, startTime, host, nonce: randomBytes(8).toString('hex') };
    await mkdir(home, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw storageError(home, 'write', error);
    });
    const judge = (found: LockHolder | 'unreadable'): Promise<string | undefined> => staleReason(found, table, host);
    let recovered: string | undefined;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await create(path, holder)) return new HomeLock(path, holder, recovered);
      const found = await readHolder(path);
      if (found === undefined) continue;
      const stale = await judge(found);
      if (stale === undefined) throw alreadyRunning(home, found);
      recovered = stale;
      await clear(path, holder, judge);
    }
    throw alreadyRunning(home, await readHolder(path));
  }

  /** Gives the lock back, if it is still ours. Idempotent. */
  async release(): Promise<void> {
    const found = await readHolder(this.path);
    if (found && found !== 'unreadable' && found.nonce === this.holder.nonce) await rm(this.path, { force: true });
  }
}

/** Creates the lock with its content in one step: a link fails when the name exists, and is never seen half written. */
async function create(path: string, holder: LockHolder): Promise<boolean> {
  const temp = `${path}.${holder.nonce}.tmp`;
  try {
    const handle = await open(temp, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(holder)}\n`);
    } finally {
      await handle.close();
    }
    await link(temp, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // File systems without links (FAT, some network mounts): exclusive creation is the next best.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return createExclusively(path, holder);
    throw storageError(path, 'write', error);
  } finally {
    await rm(temp, { force: true }).catch(() => {});
  }
}

async function createExclusively(path: string, holder: LockHolder): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(holder)}\n`);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw storageError(path, 'write', error);
  }
}

/** The holder; 'unreadable' for a lock that names nobody; undefined when there is no lock. */
async function readHolder(path: string): Promise<LockHolder | 'unreadable' | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<LockHolder>;
    if (typeof holder.pid !== 'number' || typeof holder.startTime !== 'string') return 'unreadable';
    return { pid: holder.pid, startTime: holder.startTime, host: holder.host ?? '', nonce: holder.nonce ?? '' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code !== undefined && code !== 'EISDIR') throw storageError(path, 'read', error);
    return 'unreadable';
  }
}

/** Why a lock does not count, or undefined when its holder lives. */
async function staleReason(
  found: LockHolder | 'unreadable',
  table: Pick<ProcessTable, 'get'>,
  host: string,
): Promise<string | undefined> {
  if (found === 'unreadable') return 'a lock that names no process was left behind';
  if (found.host !== host) return `a lock of another machine (${found.host}) was left behind`;
  const process = await table.get(found.pid);
  if (!process) return `the server before this one (pid ${found.pid}) ended without giving its lock back`;
  if (process.startTime !== found.startTime) return `the lock names pid ${found.pid}, which is another process by now`;
  return undefined;
}

/**
 * Takes a stale lock away, if it still is the stale one. Only the holder of a second lock may do this: otherwise one
 * that judged the old lock could take away the new one of whoever was faster.
 */
async function clear(
  path: string,
  holder: LockHolder,
  judge: (found: LockHolder | 'unreadable') => Promise<string | undefined>,
): Promise<void> {
  const mutex = `${path}.clearing`;
  if (!(await create(mutex, holder))) {
    const other = await readHolder(mutex);
    if (other !== undefined && (await judge(other)) !== undefined) await rm(mutex, { force: true, recursive: true });
    else await new Promise((resolve) => setTimeout(resolve, CLEARING_WAIT_MS));
    return;
  }
  try {
    const found = await readHolder(path);
    if (found !== undefined && (await judge(found)) !== undefined) await rm(path, { force: true, recursive: true });
  } finally {
    await rm(mutex, { force: true });
  }
}

function alreadyRunning(home: string, holder: LockHolder | 'unreadable' | undefined): MicroError {
  const known = holder && holder !== 'unreadable' ? holder : undefined;
  return new MicroError(
    'server.already-running',
    `a micro server already runs for ${home}${known ? ` (pid ${known.pid})` : ''}`,
    {
      next: 'Use the running server, stop it, or choose another folder with MICRO_HOME or --home.',
      details: { home, ...(known ? { pid: known.pid } : {}) },
    },
  );
}
