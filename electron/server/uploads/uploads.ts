import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { SerialQueue } from '../base/async.ts';
import { readText, renameWithRetry, writeFileAtomic } from '../host/files.ts';
import { unpack, type UploadLimits, usualLimits } from './unpack.ts';

/** Called with the file of an archive that was found good, before anything of it is put in place. A rejection takes nothing. */
export type KeepArchive = (file: string, sha256: string) => Promise<void>;

/** What an upload came to. */
export interface Uploaded {
  /** Where it is on this machine. */
  folder: string;
  files: number;
  bytes: number;
  /** Paths that are new or other than before. */
  changed: string[];
  removed: string[];
}

/**
 * Projects that were sent from other machines: each in a folder of its name in MICRO_HOME. Another upload of the name is
 * unpacked aside and only then put in place file by file, and only where it differs, so that a broken one changes nothing and
 * watchers see what a save would have shown them. What a build made there stays.
 */
export class Uploads {
  private readonly queue = new SerialQueue();

  constructor(
    private readonly root: string,
    private readonly limits: UploadLimits = usualLimits,
  ) {}

  /** Takes a tar.gz. Rejects with `upload.refused`, and then nothing has changed. */
  take(name: string, content: Readable, keep?: KeepArchive): Promise<Uploaded> {
    return this.queue.run(() => this.takeNow(name, content, keep));
  }

  /** The name of the upload whose folder this is; undefined when it is none. */
  nameOf(folder: string): string | undefined {
    return dirname(folder) === this.root ? basename(folder) : undefined;
  }

  /** Where an upload of this name is, or would be. */
  folderOf(name: string): string {
    return join(this.root, name);
  }

  private async takeNow(name: string, content: Readable, keep: KeepArchive | undefined): Promise<Uploaded> {
    const folder = join(this.root, name);
    const aside = join(this.root, `.${name}.${randomBytes(6).toString('hex')}`);
    await mkdir(aside, { recursive: true, mode: 0o700 });
    try {
      const archive = `${aside}.tar.gz`;
      const { paths, bytes } = await unpack(
        keep ? Readable.from(copied(content, archive)) : content,
        aside,
        this.limits,
      );
      await keep?.(archive, await digest(archive));
      const before = await this.listOf(name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const removed = before.filter((path) => !paths.includes(path));
      for (const path of removed)
        if (await isInRealFolders(folder, path)) await rm(join(folder, path), { force: true });
      const changed: string[] = [];
      for (const path of paths) {
        await clearFolders(folder, path);
        if (await isSame(join(aside, path), join(folder, path))) continue;
        await place(join(aside, path), join(folder, path));
        changed.push(path);
      }
      await writeFileAtomic(this.listFile(name), `${JSON.stringify(paths)}\n`, { durable: false });
      return { folder, files: paths.length, bytes, changed, removed };
    } finally {
      await rm(aside, { recursive: true, force: true });
      await rm(`${aside}.tar.gz`, { force: true });
    }
  }

  /** Which files came with the last upload: only these go when the next one has them no more. */
  private async listOf(name: string): Promise<string[]> {
    const text = await readText(this.listFile(name));
    try {
      return text === undefined ? [] : (JSON.parse(text) as string[]);
    } catch {
      return [];
    }
  }

  private listFile(name: string): string {
    return join(this.root, `.${name}.json`);
  }
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

/** The same bytes, which are also in a file once all of them are read. */
async function* copied(content: Readable, file: string): AsyncGenerator<Buffer> {
  const copy = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const failed = new Promise<never>((_, reject) => copy.once('error', reject));
  failed.catch(() => {});
  try {
    for await (const chunk of content) {
      if (!copy.write(chunk))
        await Promise.race([new Promise<void>((resolve) => copy.once('drain', () => resolve())), failed]);
      yield chunk as Buffer;
    }
    await Promise.race([new Promise<void>((resolve) => copy.end(() => resolve())), failed]);
  } finally {
    copy.destroy();
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
