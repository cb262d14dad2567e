import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renameWithRetry } from '../host/files.ts';

/**
 * Moves what is new of an unpacked folder to where it belongs, and takes out what is gone. What is there no more was moved
 * by an attempt that was cut off. Resolves with the paths that were moved.
 */
export async function putInPlace(
  aside: string,
  folder: string,
  { paths, removed }: { paths: readonly string[]; removed: readonly string[] },
): Promise<string[]> {
  for (const path of removed) if (await isInRealFolders(folder, path)) await rm(join(folder, path), { force: true });
  const changed: string[] = [];
  for (const path of paths) {
    if (!(await lstat(join(aside, path)).catch(() => undefined))) continue;
    await clearFolders(folder, path);
    if (await isSame(join(aside, path), join(folder, path))) continue;
    await place(join(aside, path), join(folder, path));
    changed.push(path);
  }
  return changed;
}

/** The folders that a path goes through, the outermost first. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether a path leads through folders alone: a link that a build made could lead out of the project. */
async function isInRealFolders(root: string, path: string): Promise<boolean> {
  for (const above of foldersAbove(path)) {
    if (!(await lstat(join(root, above)).catch(() => undefined))?.isDirectory()) return false;
  }
  return true;
}

/** Takes away what a build made where a path goes through, if it is no folder. */
async function clearFolders(root: string, path: string): Promise<void> {
  for (const above of foldersAbove(path)) {
    const found = await lstat(join(root, above)).catch(() => undefined);
    if (!found) return;
    if (!found.isDirectory()) await rm(join(root, above));
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([lstat(a), lstat(b).catch(() => undefined)]);
  if (!other || one.isSymbolicLink() !== other.isSymbolicLink()) return false;
  if (one.isSymbolicLink()) return (await readlink(a)) === (await readlink(b));
  if (!other.isFile() || one.size !== other.size) return false;
  if ((one.mode & 0o111) !== (other.mode & 0o111)) await chmod(b, (await stat(a)).mode & 0o777);
  return (await digest(a)) === (await digest(b));
}

async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  // A folder that a build made where a file is to be.
  if ((await lstat(to).catch(() => undefined))?.isDirectory()) await rm(to, { recursive: true, force: true });
  await renameWithRetry(from, to, rename);
}

/** SHA-256 of a file, in hex. */
export async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
