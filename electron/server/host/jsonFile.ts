import { rename, rm } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { SerialQueue } from '../base/async.ts';
import { copyFileAtomic, removeLeftovers, storageError, type WriteOptions, writeFileAtomic } from './files.ts';

/** How a stored value was found. */
export type JsonReadResult<T> =
  | { status: 'ok'; value: T }
  | { status: 'missing' }
  /** The file was bad and was set aside; `value` is the last good copy. */
  | { status: 'restored'; value: T; problem: string; keptAs: string }
  /** The file was bad and was set aside, and there is no good copy. */
  | { status: 'lost'; problem: string; keptAs: string };

/** What a {@link JsonFile} is made with. */
export interface JsonFileOptions<T> extends WriteOptions {
  path: string;
  /** Checks the shape; throws, with a sentence, when it is wrong. */
  parse: (value: unknown) => T;
}

/**
 * One JSON file that survives crashes and damage. Each write keeps the content before it as `<path>.bak`; a file that
 * cannot be read as what it should be is renamed to `<path>.bad-<n>`, never deleted, and the copy takes its place.
 * Writes run one after another; while one runs, only the newest of those that wait is done.
 */
export class JsonFile<T> {
  private readonly queue = new SerialQueue();
  private waiting: { value: T; done: Promise<void> } | undefined;
  /** The file on disk is known to be good, so it may become the backup. */
  private good = false;

  constructor(private readonly options: JsonFileOptions<T>) {}

  get backupPath(): string {
    return `${this.options.path}.bak`;
  }

  /** Reads the file, mending what a crash or an accident did to it. Rejects only when the disk itself fails. */
  async read(): Promise<JsonReadResult<T>> {
    return this.queue.run(async () => {
      const { path } = this.options;
      await removeLeftovers(path);
      const main = await this.readOne(path);
      if (main.status === 'ok') {
        this.good = true;
        return main;
      }
      if (main.status === 'missing') {
        // A write renames the new file over the old one, so a missing file was never there or was deleted on purpose.
        return main;
      }
      const keptAs = await this.setAside(path);
      const backup = await this.readOne(this.backupPath);
      if (backup.status !== 'ok') return { status: 'lost', problem: main.problem, keptAs };
      await copyFileAtomic(this.backupPath, path);
      this.good = true;
      return { status: 'restored', value: backup.value, problem: main.problem, keptAs };
    });
  }

  /** Stores a value. Resolves when it, or a newer one, is stored. */
  write(value: T): Promise<void> {
    if (this.waiting) {
      this.waiting.value = value;
      return this.waiting.done;
    }
    const waiting = { value, done: Promise.resolve() };
    this.waiting = waiting;
    waiting.done = this.queue.run(async () => {
      this.waiting = undefined;
      await this.writeNow(waiting.value);
    });
    return waiting.done;
  }

  /** Resolves when everything asked for so far is stored. */
  async idle(): Promise<void> {
    await this.queue.idle();
  }

  private async writeNow(value: T): Promise<void> {
    const { path, parse: _, ...how } = this.options;
    const text = `${JSON.stringify(value, null, 2)}\n`;
    if (this.good) await copyFileAtomic(path, this.backupPath).catch(() => {});
    await writeFileAtomic(path, text, how);
    // The first content ever is its own backup.
    if (!this.good) await copyFileAtomic(path, this.backupPath).catch(() => {});
    this.good = true;
  }

  private async readOne(
    path: string,
  ): Promise<{ status: 'ok'; value: T } | { status: 'missing' } | { status: 'bad'; problem: string }> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT') return { status: 'missing' };
      if (code === 'EISDIR') return { status: 'bad', problem: 'it is a folder' };
      throw storageError(path, 'read', error);
    }
    if (text.length === 0) return { status: 'bad', problem: 'it is empty' };
    if (text.includes('\0')) return { status: 'bad', problem: 'it holds NUL bytes' };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { status: 'bad', problem: `it is not JSON: ${(error as Error).message}` };
    }
    try {
      return { status: 'ok', value: this.options.parse(value) };
    } catch (error) {
      return { status: 'bad', problem: `it has the wrong shape: ${(error as Error).message}` };
    }
  }

  private async setAside(path: string): Promise<string> {
    for (let n = 1; ; n++) {
      const keptAs = `${path}.bad-${n}`;
      try {
        await readFile(keptAs);
        continue;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EISDIR') continue;
      }
      try {
        await rename(path, keptAs);
        return keptAs;
      } catch (error) {
        throw storageError(path, 'write', error);
      }
    }
  }

  /** Removes the file and its copy. */
  async remove(): Promise<void> {
    await this.queue.run(async () => {
      this.good = false;
      await rm(this.options.path, { force: true });
      await rm(this.backupPath, { force: true });
    });
  }
}
