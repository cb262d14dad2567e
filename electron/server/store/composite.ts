import type { EngineRange } from './engine.ts';
import type { TableName } from './store.ts';

/** Names have no 0 in them, so it ends them; a key comes last and may have any byte. */
const END = 0;
const TIME_BYTES = 6;

/** `database 0 table 0 key`: sorts by database, then table, then the key's bytes. */
export function compositeKey({ database, table }: TableName, key: Uint8Array): Buffer {
  return Buffer.concat([tableStart(database, table), key]);
}

/** Parts of a {@link compositeKey}. */
export function splitComposite(bytes: Buffer): TableName & { key: Buffer } {
  const first = bytes.indexOf(END);
  const second = bytes.indexOf(END, first + 1);
  return {
    database: bytes.toString('latin1', 0, first),
    table: bytes.toString('latin1', first + 1, second),
    key: bytes.subarray(second + 1),
  };
}

/** Every key of a table that begins with `prefix`. */
export function prefixRange({ database, table }: TableName, prefix: string): EngineRange {
  const from = Buffer.concat([tableStart(database, table), Buffer.from(prefix, 'utf8')]);
  return { from, to: after(from) };
}

/** `database 0 table 0`, which is the key of a table among all tables. */
export function tableStart(database: string, table: string): Buffer {
  return Buffer.from(`${database}\0${table}\0`, 'latin1');
}

/** Tables of one database, or of all. */
export function tablesRange(database: string | undefined): EngineRange {
  if (database === undefined) return { from: Buffer.from([1]), to: Buffer.from([0xff]) };
  const from = Buffer.from(`${database}\0`, 'latin1');
  return { from, to: after(from) };
}

/** The key of a record among those that end, in the order of their ends. */
export function expiryKey(expiresAtMs: number, composite: Uint8Array): Buffer {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUIntBE(Math.ceil(expiresAtMs), 0, TIME_BYTES);
  return Buffer.concat([time, composite]);
}

/** Parts of an {@link expiryKey}. */
export function splitExpiry(bytes: Buffer): { expiresAtMs: number; composite: Buffer } {
  return { expiresAtMs: bytes.readUIntBE(0, TIME_BYTES), composite: bytes.subarray(TIME_BYTES) };
}

/** What has ended at `nowMs`. */
export function endedRange(nowMs: number): EngineRange {
  const to = Buffer.alloc(TIME_BYTES);
  to.writeUIntBE(Math.floor(nowMs) + 1, 0, TIME_BYTES);
  return { from: Buffer.alloc(TIME_BYTES), to };
}

/** The least bytes that are greater than everything that begins with `bytes`. Only 0 and UTF-8 come in, never all 255. */
export function after(bytes: Buffer): Buffer {
  const next = Buffer.from(bytes);
  for (let i = next.length - 1; i >= 0; i--) {
    const byte = next[i] as number;
    if (byte === 0xff) continue;
    next[i] = byte + 1;
    return next.subarray(0, i + 1);
  }
  return Buffer.from([0xff]);
}
