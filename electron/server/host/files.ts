import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';

/** Mode of everything under MICRO_HOME: tokens and environments stand in these files. */
const PRIVATE_MODE = 0o600;
const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Waits between tries of a rename on Windows, ms. A virus scanner or indexer holds a fresh file for a moment; half a
 * second in all outlasts them and is still bearable when the file is really locked.
 */
const RENAME_RETRY_MS = [5, 10, 20, 40, 80, 160, 200];

/** Ending of files that are being written. One that stays is from a crash and is removed at the next write. */
const TEMP_ENDING = '.tmp';

/** How {@link writeFileAtomic} writes. */
export interface WriteOptions {
  /** Permission bits, whatever the umask says; 0600 by default. */
  mode?: number;
  /**
   * True (default): content and name have reached the disk when the promise resolves. False: they survive the end of
   * this process, not a power cut; for files that are rewritten often.
   */
  durable?: boolean;
}

/**
 * Writes a file so that any reader, and any start after a crash, finds the old or the new content, never a part.
 * Makes missing folders. Rejects with `storage.full` or `storage.failed`, and then the old content is untouched.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  // A random name, so that neither a leftover nor another writer is in the way; made anew (wx), so that its mode is ours.
  const temp = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}${TEMP_ENDING}`);
  const mode = options.mode ?? PRIVATE_MODE;
  try {
    const handle = await openNew(temp, folder, mode);
    try {
      await handle.writeFile(content);
      await handle.chmod(mode);
      if (options.durable ?? true) await handle.sync();
    } finally {
      await handle.close();
    }
    await renameWithRetry(temp, path);
    if (options.durable ?? true) await syncFolder(folder);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {});
    throw storageError(path, 'write', error);
  }
}

async function openNew(temp: string, folder: string, mode: number) {
  try {
    return await open(temp, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
    return open(temp, 'wx', mode);
  }
}

/** Renames over an existing file; on Windows it waits for whoever holds one of the two open. */
export async function renameWithRetry(
  from: string,
  to: string,
  move: (from: string, to: string) => Promise<void> = rename,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await move(from, to);
    } catch (error) {
      const waitMs = RENAME_RETRY_MS[attempt];
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (waitMs === undefined || process.platform !== 'win32' || !['EPERM', 'EBUSY', 'EACCES'].includes(code)) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Makes a rename durable. Windows cannot open folders, and some file systems refuse; both keep renames themselves. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The content itself is on disk; only the moment of the rename is not certain.
  }
}

/** Removes what a crashed writer of `path` left behind. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  for (const name of await listFolder(folder)) {
    if (name.startsWith(prefix) && name.endsWith(TEMP_ENDING)) await rm(join(folder, name), { force: true });
  }
}

/** Names in a folder; empty when it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storageError(folder, 'list', error);
  }
}

/** Names of the folders in a folder; empty when it does not exist. */
export async function listSubfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storageError(folder, 'list', error);
  }
}

/** The text of a file, or undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageError(path, 'read', error);
  }
}

/** Copies a file atomically. */
export async function copyFileAtomic(from: string, to: string): Promise<void> {
  const temp = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}${TEMP_ENDING}`);
  try {
    await copyFile(from, temp);
    await renameWithRetry(temp, to);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {});
    throw storageError(to, 'write', error);
  }
}

/** What the system said about a file, as an error of the catalogue. */
export function storageError(path: string, action: 'read' | 'write' | 'list' | 'remove', error: unknown): MicroError {
  if (error instanceof MicroError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const details = { path, ...(code ? { systemCode: code } : {}) };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MicroError('storage.full', `cannot ${action} ${path}: the disk is full`, {
      next: 'Free some space; nothing that was stored before is lost.',
      retryable: true,
      details,
      cause: error,
    });
  }
  const next = ['EACCES', 'EPERM', 'EROFS'].includes(code)
    ? `Make ${dirname(path)} writable for this user, or choose another folder with MICRO_HOME.`
    : undefined;
  return new MicroError('storage.failed', `cannot ${action} ${path}: ${(error as Error).message}`, {
    ...(next ? { next } : {}),
    details,
    cause: error,
  });
}

/** The small files of a runtime: atomic, private, fast rather than durable, as a journal of processes needs it. */
export const runtimeFiles = {
  readText,
  async writeText(path: string, text: string): Promise<void> {
    await writeFileAtomic(path, text, { durable: false });
  },
  list: listFolder,
  async remove(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(path, 'remove', error);
    }
  },
};
