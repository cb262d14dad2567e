import { PART_HEADER_BYTES } from './partSpool.ts';
import { readRange } from './segmentReader.ts';
import type { ViewRows } from './viewRows.ts';

/** Bytes of one text request at most. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** Part of a line that may be longer than one message. */
export interface TextPart {
  text: string;
  /** Where in the line it begins, and where the rest does, bytes. */
  offset: number;
  next: number;
  /** Length of the line as it was printed, bytes. */
  trueBytes: number;
}

/** A stretch of the text of a row, of at most about `bytes` bytes from the byte `offset` on. */
export async function textPart(
  rows: ViewRows,
  row: number,
  asked: { offset: number; bytes: number },
  signal: AbortSignal,
): Promise<TextPart> {
  let bytes: Buffer = Buffer.alloc(0);
  let trueBytes = 0;
  let longPath: string | undefined;
  await rows.each(row, row + 1, signal, (_row, { kind, walker, range }) => {
    if (kind !== 'record') return true;
    trueBytes = walker.trueBytes() || walker.textEnd - walker.textStart;
    if (walker.trueBytes() > 0) longPath = range.source.longPath(walker.line);
    bytes = walker.bytes.subarray(walker.textStart, walker.textEnd);
    return true;
  });
  const offset = Math.max(0, Math.floor(asked.offset));
  const wanted = Math.max(4, Math.min(MAX_TEXT_BYTES, Math.floor(asked.bytes)));
  let part = bytes.subarray(offset, offset + wanted);
  if (longPath && offset + wanted > bytes.length) {
    const length = Math.min(wanted, trueBytes - offset);
    part = await readRange(longPath, PART_HEADER_BYTES + offset, length).catch(() => part);
  }
  const length = offset + part.length < trueBytes ? wholeCharacters(part) : part.length;
  const next = length === 0 ? trueBytes : offset + length;
  return { text: part.toString('utf8', 0, length), offset, next, trueBytes };
}

/** Bytes up to the last whole character: a cut one goes with the next stretch. */
function wholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  let back = 0;
  while (back < 3 && ((bytes[length - 1 - back] ?? 0) & 0xc0) === 0x80) back++;
  const lead = bytes[length - 1 - back] ?? 0;
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return needs > back + 1 ? length - back - 1 : length;
}
