import { createHash } from 'node:crypto';
import * as z from 'zod';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Store, WriteOperation } from './store.ts';

/** Records that are looked up at once; a snapshot holds so many names in memory, and one value. */
const PAGE = 500;
/** A restore writes in steps of at most so many records and about so many bytes. */
const RESTORE_RECORDS = 500;
const RESTORE_BYTES = 8 * 1024 * 1024;

const headSchema = z.object({
  format: z.literal('micro-store-snapshot'),
  version: z.literal(1),
  createdAt: z.string(),
});
const recordSchema = z.object({
  database: z.string(),
  table: z.string(),
  key: z.string(),
  value: z.string(),
  expiresAt: z.number().optional(),
  metadata: z.record(z.string(), z.object({ type: z.string(), value: z.string() })).optional(),
});
const footSchema = z.object({ records: z.number(), sha256: z.string() });

/** What a restore did. */
export interface Restored {
  records: number;
  /** Left out, as their life had ended since the snapshot. */
  ended: number;
}

/** What of a store a snapshot is of; what is not said is not narrowed. */
export interface SnapshotPart {
  database?: string | undefined;
  table?: string | undefined;
  /** The begin of the keys. */
  prefix?: string | undefined;
}

/**
 * A snapshot of a store or a part of it, as lines of JSON: a head, a line for each record (its value in base64), and a foot
 * with their number and the SHA-256 of everything before it, by which a file that is not whole is known. A record that is
 * written meanwhile is in it in one of its states.
 */
export async function* snapshotLines(store: Store, part: SnapshotPart): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let records = 0;
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line({ format: 'micro-store-snapshot', version: 1, createdAt: new Date(store.now()).toISOString() });
  for (const { database: name, table } of await store.stats(part.database)) {
    if (part.table !== undefined && table !== part.table) continue;
    for (let after: string | undefined; ; ) {
      const page = await store.list({ database: name, table, prefix: part.prefix, after, limit: PAGE });
      for (const { key } of page) {
        const record = await store.read({ database: name, table }, key);
        if (!record) continue;
        records += 1;
        yield line({
          database: name,
          table,
          key,
          value: Buffer.from(record.value).toString('base64'),
          ...(record.expiresAtMs === undefined ? {} : { expiresAt: record.expiresAtMs }),
          ...(Object.keys(record.metadata).length > 0 ? { metadata: record.metadata } : {}),
        });
      }
      if (page.length < PAGE) break;
      after = page.at(-1)?.key;
    }
  }
  yield `${JSON.stringify({ records, sha256: hash.digest('hex') })}\n`;
}

/** Refuses lines that are no whole snapshot, before any of it is written. */
export async function checkSnapshot(lines: AsyncIterable<string>): Promise<void> {
  const hash = createHash('sha256');
  let number = 0;
  let last: string | undefined;
  for await (const text of lines) {
    if (last !== undefined) {
      number += 1;
      if (number === 1) parse(headSchema, last, number);
      else parse(recordSchema, last, number);
      hash.update(`${last}\n`);
    }
    last = text;
  }
  const foot = parse(footSchema, last ?? '', number + 1);
  if (foot.records !== number - 1 || foot.sha256 !== hash.digest('hex'))
    throw new MicroError(
      'store.bad-snapshot',
      `the snapshot has ${number - 1} records, not the ${foot.records} it should`,
      {
        next: 'The file was cut or changed; take another copy of it.',
      },
    );
}

/** Writes the records of lines that {@link checkSnapshot} passed over those of the same keys. Others stay as they are. */
export async function restoreLines(store: Store, lines: AsyncIterable<string>): Promise<Restored> {
  const restored: Restored = { records: 0, ended: 0 };
  let batch: WriteOperation[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    await store.apply(batch);
    restored.records += batch.length;
    batch = [];
    bytes = 0;
  };
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const record = number === 1 ? undefined : recordSchema.safeParse(JSON.parse(text)).data;
    if (!record) continue;
    const { database, table, key, value, expiresAt, metadata } = record;
    const ttlMs = expiresAt === undefined ? undefined : expiresAt - store.now();
    if (ttlMs !== undefined && ttlMs < 1) {
      restored.ended += 1;
      continue;
    }
    const operation: WriteOperation = { type: 'write', database, table, key, value: Buffer.from(value, 'base64') };
    batch.push({ ...operation, ttlMs, metadata });
    bytes += operation.value.length;
    if (batch.length === RESTORE_RECORDS || bytes > RESTORE_BYTES) await write();
  }
  await write();
  return restored;
}

function parse<T>(schema: z.ZodType<T>, text: string, line: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notOne(line, 'is not JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notOne(line, `is none of a snapshot: ${parsed.error.issues[0]?.message ?? ''}`, parsed.error);
}

function notOne(line: number, why: string, cause: unknown): MicroError {
  return new MicroError('store.bad-snapshot', `line ${line} ${why}`, {
    next: 'Give a file that `micro store snapshot` wrote, whole.',
    cause,
  });
}
