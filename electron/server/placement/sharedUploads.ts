import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { listFolder, readText, writeFileAtomic } from '../host/files.ts';
import type { Uploaded, Uploads } from '../uploads/uploads.ts';
import type { Archives } from './archives.ts';
import { type Archive, decode } from './entries.ts';

/** Files beside the folders of uploads that say which archive a folder was made of. */
const FILE = /^\.([a-z0-9][a-z0-9-]*)\.archive\.json$/;

/** Uploads that every server of an environment can run: each is in the shared store before it is put in place here. */
export class SharedUploads {
  /** By name of the upload. */
  private readonly archives = new Map<string, Archive>();

  constructor(
    private readonly root: string,
    private readonly uploads: Uploads,
    private readonly store: Archives,
  ) {}

  /** Reads which uploads of this server are shared. */
  async load(): Promise<void> {
    for (const file of await listFolder(this.root)) {
      const name = FILE.exec(file)?.[1];
      const archive = name === undefined ? undefined : decode.archive((await readText(join(this.root, file))) ?? '');
      if (name !== undefined && archive) this.archives.set(name, archive);
    }
  }

  /** The shared upload whose folder this is. */
  of(folder: string): { upload: string; archive: Archive } | undefined {
    const upload = this.uploads.nameOf(folder);
    const archive = upload === undefined ? undefined : this.archives.get(upload);
    return upload === undefined || !archive ? undefined : { upload, archive };
  }

  /**
   * Takes what was sent here; `tell` lets others know before what was sent earlier goes. Rejects with what {@link Uploads.take}
   * or the store rejects with; then nothing has changed.
   */
  async take(name: string, content: Readable, tell: () => Promise<void> = async () => {}): Promise<Uploaded> {
    const before = this.archives.get(name);
    let archive: Archive | undefined;
    const uploaded = await this.uploads.take(name, content, async (file, sha256) => {
      archive = before?.sha256 === sha256 ? before : await this.store.keep(name, file, sha256);
    });
    await this.note(name, archive as Archive);
    await tell();
    if (before && before.sha256 !== archive?.sha256) await this.store.remove(name, before);
    return uploaded;
  }

  /** Nobody is to run it any more: it leaves the store. Its folder stays. */
  async forget(name: string): Promise<void> {
    const archive = this.archives.get(name);
    this.archives.delete(name);
    await rm(this.file(name), { force: true });
    if (archive) await this.store.remove(name, archive);
  }

  /** Brings an upload that was sent to another server. Resolves with its folder here. */
  async fetch(name: string, archive: Archive): Promise<string> {
    if (this.archives.get(name)?.sha256 !== archive.sha256) {
      await this.uploads.take(name, Readable.from(this.store.read(name, archive)));
      await this.note(name, archive);
    }
    return this.uploads.folderOf(name);
  }

  private async note(name: string, archive: Archive): Promise<void> {
    this.archives.set(name, archive);
    await writeFileAtomic(this.file(name), JSON.stringify(archive), { durable: false });
  }

  private file(name: string): string {
    return join(this.root, `.${name}.archive.json`);
  }
}
