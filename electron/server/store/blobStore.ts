import { createHash, randomBytes } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { BlobContents } from './blobContents.ts';
import type { BlobInfo, BlobName, Blobs, ListBlobsOptions, OpenBlob, PutOptions } from './blobs.ts';
import { KeyedQueue } from './keyedQueue.ts';
import { checkName, checkTtl, keyBytes } from './limits.ts';
import type { Store, StoredRecord, TableName } from './store.ts';

/** The table of a namespace that says what is where. */
const TABLE = 'blobs';
/** What a content is when nobody says so. */
const USUAL_TYPE = 'application/octet-stream';
/** Type and subtype with parameters, as HTTP has it; nothing in it can end a header. */
const CONTENT_TYPE = /^[\w.+-]+\/[\w.+-]+(?:\s*;\s*[\w.+-]+=(?:[\w.+-]+|"[\w .+:/-]*"))*$/;
const MAX_TYPE = 200;

/** What the record of a blob holds beside what a record has anyway. */
interface Entry {
  id: string;
  bytes: number;
  sha256: string;
  contentType: string;
  createdAtMs: number;
}

/**
 * Blobs: a record for each in a store of their own, which decides what is there, and contents beside it. A content is
 * written whole before its record, and goes after it, so a crash leaves a content too many and never one too few; those too
 * many go at the next opening.
 */
export class BlobStore implements Blobs {
  private readonly keys = new KeyedQueue();
  /** Ids of contents on their way: they have no record yet, but will. */
  private readonly coming = new Set<string>();
  private readonly stopListening: { dispose(): void };

  private constructor(
    private readonly records: Store,
    private readonly contents: BlobContents,
  ) {
    this.stopListening = records.onDidChange(({ type, database, key }) => {
      if (type !== 'expired') return;
      const name = { namespace: database, key };
      // What cannot be removed now is at the next opening.
      this.keys.run(contentName(name), () => this.removeOthers(name)).catch(() => {});
    });
  }

  /** Opens it, and takes out contents that no record names. */
  static async open(records: Store, contents: BlobContents): Promise<BlobStore> {
    const store = new BlobStore(records, contents);
    const named = new Set<string>();
    for (const namespace of await records.databases()) {
      for (const { key } of await records.list({ database: namespace, table: TABLE })) {
        const record = await records.read(placeOf(namespace), key);
        if (record) named.add(entryOf(record).id);
      }
    }
    for (const id of await contents.ids()) if (!named.has(id)) await contents.remove(id);
    return store;
  }

  async put(name: BlobName, content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<BlobInfo> {
    checkBlobName(name);
    checkTtl(options.ttlMs);
    const contentType = options.contentType || USUAL_TYPE;
    if (contentType.length > MAX_TYPE || !CONTENT_TYPE.test(contentType))
      throw new MicroError('api.invalid', `${JSON.stringify(contentType.slice(0, 80))} is no type of a content`, {
        next: 'for example: image/png',
      });
    const id = `${contentName(name)}-${randomBytes(8).toString('hex')}`;
    this.coming.add(id);
    try {
      const written = await this.contents.write(id, content);
      return await this.keys.run(contentName(name), async () => {
        const entry: Entry = { id, ...written, contentType, createdAtMs: this.records.now() };
        const value = Buffer.from(JSON.stringify(entry));
        const { ttlMs } = options;
        try {
          await this.records.apply([{ type: 'write', ...placeOf(name.namespace), key: name.key, value, ttlMs }]);
        } finally {
          this.coming.delete(id);
          await this.removeOthers(name);
        }
        return infoOf(name, entry, ttlMs === undefined ? undefined : entry.createdAtMs + ttlMs);
      });
    } finally {
      this.coming.delete(id);
    }
  }

  async open(name: BlobName): Promise<OpenBlob | undefined> {
    checkBlobName(name);
    for (;;) {
      const record = await this.records.read(placeOf(name.namespace), name.key);
      if (!record) return undefined;
      const entry = entryOf(record);
      const content = await this.contents.open(entry.id);
      if (content) return { info: infoOf(name, entry, record.expiresAtMs), ...content };
      // It was replaced between the two; when it was not, the file is gone.
      const now = await this.records.read(placeOf(name.namespace), name.key);
      if (now?.revision === record.revision)
        throw new MicroError('storage.corrupt', `the content of the blob ${JSON.stringify(name.key)} is gone`, {
          next: 'store it again, or delete it',
        });
    }
  }

  async info(name: BlobName): Promise<BlobInfo | undefined> {
    checkBlobName(name);
    const record = await this.records.read(placeOf(name.namespace), name.key);
    return record && infoOf(name, entryOf(record), record.expiresAtMs);
  }

  async delete(name: BlobName): Promise<boolean> {
    checkBlobName(name);
    return this.keys.run(contentName(name), async () => {
      const place = placeOf(name.namespace);
      if (!(await this.records.read(place, name.key))) return false;
      await this.records.apply([{ type: 'delete', ...place, key: name.key }]);
      await this.removeOthers(name);
      return true;
    });
  }

  async list({ namespace, prefix, after, limit }: ListBlobsOptions): Promise<BlobInfo[]> {
    checkName('namespace', namespace);
    const place = placeOf(namespace);
    const infos: BlobInfo[] = [];
    for (const { key } of await this.records.list({ ...place, prefix, after, limit })) {
      const record = await this.records.read(place, key);
      if (record) infos.push(infoOf({ namespace, key }, entryOf(record), record.expiresAtMs));
    }
    return infos;
  }

  async close(): Promise<void> {
    this.stopListening.dispose();
    await this.keys.idle();
    await this.records.close();
  }

  /** Removes the contents of a name but the one that its record names. Runs in the queue of the name. */
  private async removeOthers(name: BlobName): Promise<void> {
    const record = await this.records.read(placeOf(name.namespace), name.key);
    const kept = record && entryOf(record).id;
    for (const id of await this.contents.ids(contentName(name)))
      if (id !== kept && !this.coming.has(id)) await this.contents.remove(id);
  }
}

/** Where records of a namespace are. */
function placeOf(namespace: string): TableName {
  return { database: namespace, table: TABLE };
}

/** What the ids of all contents of a name begin with; also a name for its queue. */
function contentName({ namespace, key }: BlobName): string {
  return createHash('sha256').update(`${namespace}\0${key}`).digest('hex').slice(0, 40);
}

function checkBlobName({ namespace, key }: BlobName): void {
  checkName('namespace', namespace);
  keyBytes(key);
}

function entryOf(record: StoredRecord): Entry {
  return JSON.parse(Buffer.from(record.value).toString('utf8')) as Entry;
}

function infoOf({ namespace, key }: BlobName, entry: Entry, expiresAtMs: number | undefined): BlobInfo {
  const { bytes, sha256, contentType, createdAtMs } = entry;
  return { namespace, key, bytes, sha256, contentType, createdAtMs, expiresAtMs };
}
