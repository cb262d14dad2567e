import { createReadStream } from 'node:fs';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Store } from '../store/store.ts';
import type { Archive } from './entries.ts';

/** Where uploads lie in a store: parts of archives, by name of the upload and digest. */
const PLACE = { database: 'micro', table: 'archives' };
/** Bytes of a record. Larger, and a write holds up others for longer; smaller, and there are more round trips. */
const PART_BYTES = 1024 * 1024;

/** Projects as they were sent, in the store that servers share, so that each of them can run them. */
export class Archives {
  constructor(private readonly store: Store) {}

  /** Stores a file; resolves once all servers can read it. One that is there already is not stored again. */
  async keep(upload: string, file: string, sha256: string): Promise<Archive> {
    let parts = 0;
    let bytes = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: PART_BYTES })) {
      const value = chunk as Buffer;
      await this.store.apply([{ type: 'write', ...PLACE, key: partKey(upload, sha256, parts), value }]);
      parts += 1;
      bytes += value.length;
    }
    return { sha256, parts, bytes };
  }

  /** Its bytes, in order. Rejects with `storage.corrupt` when a part is missing. */
  async *read(upload: string, { sha256, parts }: Archive): AsyncGenerator<Uint8Array> {
    for (let part = 0; part < parts; part++) {
      const record = await this.store.read(PLACE, partKey(upload, sha256, part));
      if (!record)
        throw new MicroError('storage.corrupt', `part ${part + 1} of ${parts} of a project that was sent is gone`, {
          next: 'Send the project again: micro run.',
        });
      yield record.value;
    }
  }

  async remove(upload: string, { sha256, parts }: Archive): Promise<void> {
    for (let part = 0; part < parts; part++)
      await this.store.apply([{ type: 'delete', ...PLACE, key: partKey(upload, sha256, part) }]);
  }
}

function partKey(upload: string, sha256: string, part: number): string {
  return `${upload}/${sha256}/${String(part).padStart(5, '0')}`;
}
