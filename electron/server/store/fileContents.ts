import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, renameWithRetry, storageError, syncFolder } from '../host/files.ts';
import type { BlobContents, OpenContent, Written } from './blobContents.ts';

/** Folder of what is being written; whatever is in it when the store is opened was cut by a crash. */
const DRAFTS = 'drafts';
/** Characters of an id that its folder is named by: some four thousand folders, so that each stays small. */
const FOLDER_LENGTH = 3;
const FOLDER = /^[0-9a-f]{3}$/;
/** Bytes that are read at a time: larger ones cost memory, smaller ones calls. */
const READ_BYTES = 256 * 1024;

/** Contents as files in many folders, each written aside, synced and then named. */
export class FileContents implements BlobContents {
  private constructor(private readonly folder: string) {}

  /** Opens the folder, making it when it is not there. */
  static async open(folder: string): Promise<FileContents> {
    try {
      await rm(join(folder, DRAFTS), { recursive: true, force: true });
      await mkdir(join(folder, DRAFTS), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw storageError(folder, 'write', error);
    }
    return new FileContents(folder);
  }

  async write(id: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
    const draft = join(this.folder, DRAFTS, id);
    const path = this.pathOf(id);
    try {
      const written = await writeDraft(draft, content);
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        throw storageError(path, 'write', error);
      });
      try {
        await renameWithRetry(draft, path);
        await syncFolder(join(path, '..'));
      } catch (error) {
        throw storageError(path, 'write', error);
      }
      return written;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  async open(id: string): Promise<OpenContent | undefined> {
    const path = this.pathOf(id);
    try {
      const file = await open(path, 'r');
      return {
        // The stream closes the file at its end, also when the reader leaves early.
        read: (range) => file.createReadStream({ ...range, highWaterMark: READ_BYTES }),
        close: () => file.close(),
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw storageError(path, 'read', error);
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  async ids(prefix = ''): Promise<string[]> {
    const names = prefix === '' ? await readdir(this.folder) : [prefix.slice(0, FOLDER_LENGTH)];
    const ids: string[] = [];
    for (const name of names.filter((one) => FOLDER.test(one)))
      ids.push(...(await listFolder(join(this.folder, name))).filter((id) => id.startsWith(prefix)));
    return ids;
  }

  private pathOf(id: string): string {
    return join(this.folder, id.slice(0, FOLDER_LENGTH), id);
  }
}

/** What fails in reading `content` passes as it is; what the disk does is said as such. */
async function writeDraft(path: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
  const refuse = (error: unknown): never => {
    throw storageError(path, 'write', error);
  };
  const file = await open(path, 'wx', 0o600).catch(refuse);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      bytes += chunk.length;
      await writeWhole(file, chunk).catch(refuse);
    }
    await file.sync().catch(refuse);
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** A single call may write a part alone. */
async function writeWhole(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}
