import { readlink, rm, stat, lstat } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isThere } from './atStart.ts';

/** A lock this young may belong to an app that is just starting and does not listen yet. */
const STARTING_MS = 10_000;
/** A running app answers on its socket at once; one that is stopped or wedged counts as running. */
const CONNECT_TIMEOUT_MS = 1_000;

/** Whether there is a single-instance lock at all; usually there is none. */
export function hasLock(userData: string): boolean {
  return isThere(join(userData, 'SingletonLock'));
}

/**
 * Removes the single-instance lock of an app that is gone, and says what it was, or undefined when there was none to
 * remove. Chromium does this itself for a dead process of this machine; it does not when the lock names another host (a
 * home folder that was copied or moved) or a pid that is in use again by somebody else, and every start would then end
 * without a word. On Windows the lock ends with its process.
 */
export async function removeStaleLock(userData: string, now: number = Date.now()): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const lock = join(userData, 'SingletonLock');
  let owner: string;
  let age: number;
  try {
    owner = await readlink(lock);
    age = now - (await lstat(lock)).mtimeMs;
  } catch {
    return undefined;
  }
  if (await answers(join(userData, 'SingletonSocket'))) return undefined;
  const at = owner.lastIndexOf('-');
  const sameHost = owner.slice(0, at) === hostname();
  if (sameHost && isAlive(Number(owner.slice(at + 1))) && age < STARTING_MS) return undefined;
  await Promise.all(
    ['SingletonLock', 'SingletonSocket', 'SingletonCookie'].map((name) => rm(join(userData, name), { force: true })),
  );
  return `a lock of ${owner} was left behind in ${userData} and nobody answers for it; it was removed`;
}

async function answers(socketFile: string): Promise<boolean> {
  try {
    await stat(socketFile);
  } catch {
    return false;
  }
  return new Promise((resolve) => {
    const socket = connect(socketFile);
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end(true));
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
