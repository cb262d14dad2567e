import * as z from 'zod/mini';
import { MicroError } from '../../../shared/contract/errors.ts';
import { groupBy } from '../../../shared/lib/groupBy.ts';
import { api } from '../../client/api.ts';
import { saveFile } from '../../client/saveFile.ts';
import type { TablePlace } from './recordActions.ts';

// The page's content security policy forbids code made from strings, which zod would otherwise try.
z.config({ jitless: true });

/** Bytes of a file that is read in here: it is in memory as a whole. */
const maxFileBytes = 256 * 1024 * 1024;
/** Records and bytes that are written in one step. */
const stepRecords = 500;
const stepBytes = 8 * 1024 * 1024;

/** Writes records to a file the user chooses, as lines that import and `micro store restore` read. */
export async function exportRecords(part: {
  database?: string;
  table?: string;
  prefix?: string;
}): Promise<string | undefined> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const name = [part.database ?? 'store', part.table ?? ''].filter((word) => word !== '').join('-');
  const chunks = async function* () {
    for await (const { data } of api().records.snapshot(part)) yield new Uint8Array(data);
  };
  return saveFile(`${name}-${stamp}.jsonl`, 'application/jsonl', chunks());
}

/** A record that a file has. */
export interface ImportedRecord extends TablePlace {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
  /** ms since 1970; undefined: without end. */
  readonly expiresAt: number | undefined;
  readonly metadata: Record<string, { type: string; value: string }>;
}

const fieldSchema = z.object({ type: z.string(), value: z.string() });
const lineSchema = z.object({
  database: z.optional(z.string()),
  table: z.optional(z.string()),
  key: z.string(),
  /** In a snapshot base64; else a text as it is, or anything else as JSON. */
  value: z.unknown(),
  expiresAt: z.optional(z.number()),
  metadata: z.optional(z.record(z.string(), fieldSchema)),
});
const footSchema = z.object({ records: z.number(), sha256: z.string() });

/**
 * Reads the lines of a file, all of them before any is written: a snapshot, whose number of records and checksum must be
 * right, or lines of `{"key", "value"}` that go into `place`.
 */
export async function readImport(bytes: Uint8Array<ArrayBuffer>, place: TablePlace): Promise<ImportedRecord[]> {
  if (bytes.length > maxFileBytes)
    throw refused('the file is larger than 256 MB', 'Read it in with: micro store restore FILE');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('the file is no UTF-8 text', 'Give a file of JSON lines.');
  }
  const lines = text.split('\n').map((line) => line.trim());
  const isSnapshot = /^\{"format":"micro-store-snapshot"/.test(lines[0] ?? '');
  if (isSnapshot) await checkSnapshot(bytes, lines);
  const found: ImportedRecord[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const value = parseLine(line, index + 1);
    if (isSnapshot && (index === 0 || footSchema.safeParse(value).success)) continue;
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success || !(typeof value === 'object' && value !== null && 'value' in value))
      throw refused(`line ${index + 1} has no "key" and "value"`, 'A line is {"key": "a/1", "value": …}.');
    const { database, table, key, expiresAt, metadata = {} } = parsed.data;
    found.push({
      database: database ?? place.database,
      table: table ?? place.table,
      key,
      value: isSnapshot ? fromBase64(parsed.data.value, index + 1) : plainBytes(parsed.data.value),
      expiresAt,
      metadata,
    });
  }
  return found;
}

/** Writes records over those of the same keys. Resolves with how many were written and how many had ended meanwhile. */
export async function writeImport(records: readonly ImportedRecord[]): Promise<{ written: number; ended: number }> {
  const byTable = groupBy(records, ({ database, table }) => `${database}/${table}`);
  let written = 0;
  let ended = 0;
  for (const group of byTable.values()) {
    const { database = '', table = '' } = group[0] ?? {};
    for (let i = 0; i < group.length; ) {
      const step: ImportedRecord[] = [];
      for (let size = 0; i < group.length && step.length < stepRecords && size < stepBytes; i++) {
        const record = group[i] as ImportedRecord;
        size += record.value.length;
        if (record.expiresAt !== undefined && record.expiresAt <= Date.now()) ended += 1;
        else step.push(record);
      }
      await api().records.apply({ place: { database, table }, operations: step.map(operationOf) });
      written += step.length;
    }
  }
  return { written, ended };
}

function operationOf({ key, value, expiresAt, metadata }: ImportedRecord) {
  const ttlMs = expiresAt === undefined ? 0 : Math.max(1, expiresAt - Date.now());
  return { key, act: { case: 'put' as const, value: { value, ttlMs, metadata } } };
}

async function checkSnapshot(bytes: Uint8Array<ArrayBuffer>, lines: readonly string[]): Promise<void> {
  const last = lines.reduce((found, line, index) => (line === '' ? found : index), 0);
  const foot = footSchema.safeParse(parseLine(lines[last] ?? '', last + 1));
  const footBytes = new TextEncoder().encode(`${lines[last] ?? ''}\n`).length;
  const digest = await crypto.subtle.digest('SHA-256', bytes.subarray(0, bytes.length - footBytes));
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!foot.success || foot.data.sha256 !== sha256 || foot.data.records !== last - 1)
    throw refused('the snapshot is not whole', 'The file was cut or changed; take another copy of it.');
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw refused(`line ${number} is not JSON: ${(error as Error).message}`, 'Each line is JSON of its own.');
  }
}

function plainBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

function fromBase64(value: unknown, line: number): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(String(value)), (character) => character.charCodeAt(0));
  } catch {
    throw refused(`the value of line ${line} is no base64`, 'The file was changed; take another copy of it.');
  }
}

function refused(message: string, next: string): MicroError {
  return new MicroError('store.bad-snapshot', message, { next });
}
