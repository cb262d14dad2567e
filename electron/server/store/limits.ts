import { MicroError } from '../../../shared/contract/errors.ts';
import type { ListOptions, MetadataField, Operation, TableName } from './store.ts';

/** Bytes of a key. With two names of 64 it stays far below the 1,978 bytes that an lmdb page of 4 KB takes. */
export const MAX_KEY_BYTES = 1024;
/** Bytes of a value. Larger things are blobs, which are streamed. */
export const MAX_VALUE_BYTES = 64 * 1024 * 1024;
/** Bytes of the metadata of a record as JSON; it is read with every listing. */
const MAX_METADATA_BYTES = 64 * 1024;
/** Operations of one batch; a batch holds up all other writers. */
const MAX_BATCH = 10_000;
/** Bytes of the values of one batch, which are in memory together. */
const MAX_BATCH_BYTES = 2 * MAX_VALUE_BYTES;
/** A century in ms; a longer life is a mistake of units. */
const MAX_TTL_MS = 100 * 366 * 24 * 3600 * 1000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Refuses a database or table name that is not 1 to 64 letters, digits, `.`, `_`, `-`. */
export function checkTable({ database, table }: TableName): void {
  checkName('database', database);
  checkName('table', table);
}

/** Refuses one name, said as `what`. */
export function checkName(what: 'database' | 'table' | 'namespace', name: string): void {
  if (NAME.test(name)) return;
  throw new MicroError('store.invalid-name', `${what} ${shown(name)} is no name`, {
    next: 'A name is 1 to 64 letters, digits, dots, underscores and dashes, and begins with a letter or digit.',
  });
}

/** Bytes of a key that is allowed; refuses one that is empty, too long or not text. */
export function keyBytes(key: string): Buffer {
  if (key === '') throw invalidKey(key, 'is empty');
  if (!isWellFormed(key)) throw invalidKey(key, 'has half of a surrogate pair in it, so it is not text');
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length > MAX_KEY_BYTES)
    throw invalidKey(key, `has ${bytes.length} bytes; a key has at most ${MAX_KEY_BYTES}`);
  return bytes;
}

/** Refuses a batch of which any part is not allowed, before any of it is done. */
export function checkOperations(operations: readonly Operation[]): void {
  if (operations.length > MAX_BATCH)
    throw new MicroError('store.too-large', `a batch of ${operations.length} operations; it has at most ${MAX_BATCH}`);
  let bytes = 0;
  for (const operation of operations) {
    checkTable(operation);
    keyBytes(operation.key);
    if (operation.type === 'delete') continue;
    bytes += operation.value.length;
    if (operation.value.length > MAX_VALUE_BYTES)
      throw new MicroError(
        'store.too-large',
        `the value of ${shown(operation.key)} has ${operation.value.length} bytes; a value has at most ${MAX_VALUE_BYTES}`,
        { next: 'Keep what is larger as a blob: blobs are streamed.' },
      );
    checkTtl(operation.ttlMs);
    if (operation.metadata) checkMetadata(operation.key, operation.metadata);
  }
  if (bytes > MAX_BATCH_BYTES)
    throw new MicroError('store.too-large', `a batch of ${bytes} bytes; it has at most ${MAX_BATCH_BYTES}`);
}

/** Refuses numbers that mean nothing, and text that can be no part of a key. */
export function checkListing(options: ListOptions): void {
  checkTable(options);
  for (const name of ['limit', 'offset'] as const) {
    const value = options[name] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0)
      throw new MicroError('store.invalid-range', `${name} ${value} is not a whole number from 0 on`);
  }
  for (const name of ['prefix', 'suffix', 'after'] as const) {
    const value = options[name] ?? '';
    if (!isWellFormed(value))
      throw invalidKey(value, `as ${name} has half of a surrogate pair in it, so it is not text`);
  }
}

/** Refuses a life that is not between a millisecond and a century. */
export function checkTtl(ttlMs: number | undefined): void {
  if (ttlMs === undefined) return;
  if (Number.isFinite(ttlMs) && ttlMs >= 1 && ttlMs <= MAX_TTL_MS) return;
  throw new MicroError('store.invalid-range', `a life of ${ttlMs} ms is not between 1 ms and 100 years`);
}

function checkMetadata(key: string, metadata: Readonly<Record<string, MetadataField>>): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MAX_METADATA_BYTES)
    throw new MicroError(
      'store.too-large',
      `the metadata of ${shown(key)} has ${bytes} bytes; it has at most ${MAX_METADATA_BYTES}`,
    );
}

function invalidKey(key: string, why: string): MicroError {
  return new MicroError('store.invalid-key', `the key ${shown(key)} ${why}`);
}

/** A key or name as a message shows it: quoted, its start only. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** Whether every surrogate has its pair, so that the text comes back from UTF-8 as it was. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
