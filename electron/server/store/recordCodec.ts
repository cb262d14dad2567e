import { MicroError } from '../../../shared/contract/errors.ts';
import type { MetadataField } from './store.ts';

/** First byte of a row, so that a later form can be told apart. */
const FORMAT = 1;
/** Format, flags, revision, end of life, bytes of the value, bytes of the metadata. */
const HEADER_BYTES = 1 + 1 + 8 + 8 + 4 + 4;
/** The value stands behind the header; else in a row of its own. */
const INLINE = 1;
/**
 * A value up to this size, bytes, is kept with its facts. Larger ones stand apart, so that a listing does not read them;
 * more here makes reads of such values one look instead of two, and listings slower.
 */
export const INLINE_BYTES = 1024;

/** What a row of the space `records` says. */
export interface RecordRow {
  revision: number;
  expiresAtMs: number | undefined;
  bytes: number;
  metadata: Readonly<Record<string, MetadataField>>;
  /** Undefined: the value is in the space `values`. */
  inline: Uint8Array | undefined;
}

/** Bytes of a row. */
export function encodeRecord(row: RecordRow): Buffer {
  const metadata = Buffer.from(hasFields(row.metadata) ? JSON.stringify(row.metadata) : '', 'utf8');
  const bytes = Buffer.alloc(HEADER_BYTES + metadata.length + (row.inline?.length ?? 0));
  bytes.writeUInt8(FORMAT, 0);
  bytes.writeUInt8(row.inline ? INLINE : 0, 1);
  bytes.writeDoubleBE(row.revision, 2);
  bytes.writeDoubleBE(row.expiresAtMs ?? 0, 10);
  bytes.writeUInt32BE(row.bytes, 18);
  bytes.writeUInt32BE(metadata.length, 22);
  metadata.copy(bytes, HEADER_BYTES);
  if (row.inline) bytes.set(row.inline, HEADER_BYTES + metadata.length);
  return bytes;
}

/** The row that some bytes say. Throws `storage.corrupt` when they are none. */
export function decodeRecord(bytes: Buffer): RecordRow {
  if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) !== FORMAT)
    throw new MicroError('storage.corrupt', `a record of the store has the unknown form ${bytes[0] ?? 'of nothing'}`, {
      next: 'It was written by a later version of Micro Desktop, or damaged; restore a snapshot.',
    });
  const metadataBytes = bytes.readUInt32BE(22);
  const end = HEADER_BYTES + metadataBytes;
  return {
    revision: bytes.readDoubleBE(2),
    expiresAtMs: bytes.readDoubleBE(10) || undefined,
    bytes: bytes.readUInt32BE(18),
    metadata:
      metadataBytes === 0 ? {} : (JSON.parse(bytes.toString('utf8', HEADER_BYTES, end)) as RecordRow['metadata']),
    inline: bytes.readUInt8(1) & INLINE ? bytes.subarray(end) : undefined,
  };
}

/** When the row's life ends, without reading the rest; undefined: never. */
export function endOf(bytes: Buffer): number | undefined {
  return bytes.readDoubleBE(10) || undefined;
}

function hasFields(metadata: Readonly<Record<string, MetadataField>>): boolean {
  return Object.keys(metadata).length > 0;
}
