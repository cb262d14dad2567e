import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A lock folder without a readable owner is taken over after this; its maker died between two system calls. */
const OWNERLESS_MS = 5_000;
/** How often a waiting script looks again. Short: a bundle takes about a second. */
const POLL_MS = 50;

/**
 * Runs `work` while no other process runs under the same lock. The lock is a folder with the pid of its holder; one whose
 * holder is gone is taken over.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (holderIsGone(folder)) rmSync(folder, { recursive: true, force: true });
      else await delay(POLL_MS);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function holderIsGone(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    if (pid > 0) return !isAlive(pid);
    return Date.now() - statSync(folder).mtimeMs > OWNERLESS_MS;
  } catch {
    try {
      return Date.now() - statSync(folder).mtimeMs > OWNERLESS_MS;
    } catch {
      return false;
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
