import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { KeyRange, SortedBytes, SortedReader, SortedWriter } from './sortedBytes.ts';

type Rows = Database<Buffer, Buffer>;

/** What lmdb rejects with when a commit failed: the reason comes with a promise of its own. */
type CommitError = Error & { commitError?: Promise<never> };

/** With less room than one of the largest values and its pages need, bytes, a failed write is put down to a full disk. */
const FULL_BELOW_BYTES = 72 * 1024 * 1024;

/** What to keep, and where. */
export interface LmdbBytesOptions<Space extends string> {
  /** A folder of its own; the file in it is `data.mdb`. */
  folder: string;
  spaces: readonly Space[];
  /** Whose it is, as errors say it: "the store". */
  subject: string;
}

/**
 * Sorted bytes in an lmdb file. Steps of one turn share a commit; a crash of the process
 * loses none of what was committed, as the pages are the system's by then.
 */
export class LmdbBytes<Space extends string> implements SortedBytes<Space> {
  private constructor(
    private readonly options: LmdbBytesOptions<Space>,
    private readonly root: RootDatabase,
    private readonly spaces: ReadonlyMap<Space, Rows>,
  ) {}

  /** Opens or makes the file. Rejects with the system's own error when that cannot be. */
  static async open<Space extends string>(options: LmdbBytesOptions<Space>): Promise<LmdbBytes<Space>> {
    const { folder } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const root = open({
      path: join(folder, 'data.mdb'),
      noSubdir: true,
      maxDbs: options.spaces.length,
      // With it, a commit that fails also rejects a promise inside lmdb that nobody holds, which would end the server.
      eventTurnBatching: false,
    });
    const spaces = new Map<Space, Rows>();
    for (const name of options.spaces)
      spaces.set(name, root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }));
    return new LmdbBytes(options, root, spaces);
  }

  async write<T>(step: (writer: SortedWriter<Space>) => T): Promise<T> {
    try {
      // As a child, because only a child takes back what it did when it throws; others of the same commit are not touched.
      return await this.root.childTransaction(() =>
        step({
          ...this.reader(),
          put: (space, key, value) => void this.rows(space).putSync(asBuffer(key), asBuffer(value)),
          remove: (space, key) => void this.rows(space).removeSync(asBuffer(key)),
        }),
      );
    } catch (error) {
      throw error instanceof MicroError ? error : await this.explain(error as CommitError);
    }
  }

  read<T>(look: (reader: SortedReader<Space>) => T): T {
    return look(this.reader());
  }

  async close(): Promise<void> {
    await this.root.flushed;
    await this.root.close();
  }

  /** What stopped a commit. lmdb says "input/output error" also when the disk is full, so that is looked at. */
  private async explain(error: CommitError): Promise<MicroError> {
    const cause = await Promise.resolve(error.commitError).then(
      () => error,
      (reason: unknown) => reason as Error,
    );
    const disk = await statfs(this.options.folder).catch(() => undefined);
    const freeBytes = disk ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
    const isFull = freeBytes < FULL_BELOW_BYTES;
    return new MicroError(
      isFull ? 'storage.full' : 'storage.failed',
      `${this.options.subject} cannot be written: ${isFull ? `its disk has ${freeBytes} bytes left` : cause.message}`,
      { next: 'Nothing of it was stored. Make room and try again.', retryable: true, cause },
    );
  }

  private reader(): SortedReader<Space> {
    return {
      get: (space, key) => this.rows(space).get(asBuffer(key)),
      range: (space, { from, to, reverse }) =>
        reverse
          ? this.reversed(space, asBuffer(from), asBuffer(to))
          : this.rows(space).getRange({ start: asBuffer(from), end: asBuffer(to) }),
      keyAt: (space, range, offset) => this.keyAt(space, range, offset),
    };
  }

  private keyAt(space: Space, { from, to, reverse }: KeyRange, offset: number): Buffer | undefined {
    const rows = this.rows(space);
    if (!reverse) {
      const [key] = rows.getKeys({ start: asBuffer(from), end: asBuffer(to), offset, limit: 1 });
      return key;
    }
    const start = asBuffer(to);
    // A row at the end of the range is not in it, but the reversed way begins there.
    const [first] = rows.getKeys({ start, reverse: true, limit: 1 });
    const begin = first?.equals(start) ? 1 : 0;
    const [key] = rows.getKeys({ start, reverse: true, offset: offset + begin, limit: 1 });
    return key && key.compare(asBuffer(from)) >= 0 ? key : undefined;
  }

  /** lmdb takes the bounds of a reversed range the other way about: its start is included, its end is not. */
  private *reversed(space: Space, from: Buffer, to: Buffer): Iterable<{ key: Buffer; value: Buffer }> {
    for (const row of this.rows(space).getRange({ start: to, reverse: true })) {
      if (row.key.compare(to) >= 0) continue;
      if (row.key.compare(from) < 0) return;
      yield row;
    }
  }

  private rows(space: Space): Rows {
    const rows = this.spaces.get(space);
    if (!rows) throw new Error(`there is no space ${space}`);
    return rows;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
