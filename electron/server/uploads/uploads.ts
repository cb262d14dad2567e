import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { SerialQueue } from '../base/async.ts';
import { listFolder, readText, writeFileAtomic } from '../host/files.ts';
import { digest, putInPlace } from './putInPlace.ts';
import { unpack, type UploadLimits, usualLimits } from './unpack.ts';

/** What an upload is unpacked into, and its archive, beside the folder of its name. */
const ASIDE = /^\.[a-z0-9][a-z0-9-]*\.[0-9a-f]{12}(\.tar\.gz)?$/;
/** Files that say which unpacked upload is being put in place. */
const PLACING = /^\.([a-z0-9][a-z0-9-]*)\.placing\.json$/;

/** An upload that was found good and is being put in place. */
interface Placing {
  /** Name of the folder that it was unpacked into. */
  aside: string;
  paths: string[];
}

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

  /**
   * Deals with what a killed server left, before anything of it is run: an upload that was being put in place is put there
   * whole, one that had not come whole goes.
   */
  recover(): Promise<void> {
    return this.queue.run(async () => {
      const found = await listFolder(this.root);
      for (const file of found) {
        const name = PLACING.exec(file)?.[1];
        const placing = name === undefined ? undefined : await this.readPlacing(file);
        if (name !== undefined && placing && found.includes(placing.aside)) await this.place(name, placing);
        if (name !== undefined) await rm(join(this.root, file), { force: true });
      }
      for (const file of found) if (ASIDE.test(file)) await rm(join(this.root, file), { recursive: true, force: true });
    });
  }

  private async takeNow(name: string, content: Readable, keep: KeepArchive | undefined): Promise<Uploaded> {
    const folder = this.folderOf(name);
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
      const placing = { aside: basename(aside), paths };
      await writeFileAtomic(this.placingFile(name), JSON.stringify(placing), { durable: false });
      const { changed, removed } = await this.place(name, placing);
      return { folder, files: paths.length, bytes, changed, removed };
    } finally {
      await rm(this.placingFile(name), { force: true });
      await rm(aside, { recursive: true, force: true });
      await rm(`${aside}.tar.gz`, { force: true });
    }
  }

  /** Can be done again when it was cut off. */
  private async place(name: string, { aside, paths }: Placing): Promise<Pick<Uploaded, 'changed' | 'removed'>> {
    const folder = this.folderOf(name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const removed = (await this.listOf(name)).filter((path) => !paths.includes(path));
    const changed = await putInPlace(join(this.root, aside), folder, { paths, removed });
    await writeFileAtomic(this.listFile(name), `${JSON.stringify(paths)}\n`, { durable: false });
    return { changed, removed };
  }

  private async readPlacing(file: string): Promise<Placing | undefined> {
    try {
      return JSON.parse((await readText(join(this.root, file))) ?? '') as Placing;
    } catch {
      return undefined;
    }
  }

  private placingFile(name: string): string {
    return join(this.root, `.${name}.placing.json`);
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
