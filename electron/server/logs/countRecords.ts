import { type FileHandle, open } from 'node:fs/promises';
import { FrameWalker } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';
import type { Segment } from './segmentReader.ts';

/** Bytes read at a time: two such buffers go round, one is filled while the other is looked through. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** Whole blocks of a segment in memory. */
interface Piece {
  /** Blocks [from, to) of the segment. */
  from: number;
  to: number;
  bytes: Buffer;
}

/**
 * Counts the records [from, end) of a run that fit. Where the filter has a text that each of them contains, only blocks with
 * that text in them are gone through record by record; the rest is passed over at the speed of memory.
 */
export async function countRecords(
  source: RunSource,
  range: { from: number; end: number },
  filter: RecordFilter,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  const buffers = [Buffer.allocUnsafeSlow(0), Buffer.allocUnsafeSlow(0)];
  for (const segment of source.segments) {
    const { index, header } = segment;
    const first = header.recordsBefore;
    if (first >= range.end) break;
    if (first + index.records <= range.from || index.records === 0) continue;
    const blocks = {
      from: index.blockOfRecord(Math.max(0, range.from - first)),
      to: index.blockOfRecord(Math.min(index.records, range.end - first) - 1) + 1,
    };
    const file = await open(segment.path, 'r').catch((error: unknown) => {
      // Retention took it.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) continue;
    let next: Promise<Piece> | undefined;
    try {
      next = readPiece(file, segment, blocks.from, blocks.to, buffers, 0);
      for (let turn = 1; next; turn++) {
        signal.throwIfAborted();
        const piece: Piece = await next;
        next = piece.to < blocks.to ? readPiece(file, segment, piece.to, blocks.to, buffers, turn % 2) : undefined;
        count += countIn(segment, piece, range, filter);
      }
    } finally {
      // A read that is under way must not outlive the file.
      await next?.catch(() => {});
      await file.close();
    }
  }
  return count;
}

function readPiece(
  file: FileHandle,
  { index }: Segment,
  from: number,
  end: number,
  buffers: Buffer[],
  turn: number,
): Promise<Piece> {
  let to = from + 1;
  const offset = index.offsetOf(from);
  while (to < end && index.offsetOf(to + 1) - offset <= PIECE_BYTES) to++;
  const length = index.offsetOf(to) - offset;
  let buffer = buffers[turn] as Buffer;
  // New memory has to be made by the system page by page, which takes as long as the search: it is used again.
  if (buffer.length < length) {
    buffer = Buffer.allocUnsafeSlow(Math.max(length, PIECE_BYTES));
    buffers[turn] = buffer;
  }
  return readInto(file, buffer, offset, length).then((bytes) => ({ from, to, bytes }));
}

async function readInto(file: FileHandle, buffer: Buffer, offset: number, length: number): Promise<Buffer> {
  let at = 0;
  while (at < length) {
    const { bytesRead } = await file.read(buffer, at, length - at, offset + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  // A view of its own for each piece: the filter keeps in mind how far it looked through it.
  return buffer.subarray(0, at);
}

function countIn(
  { index, header }: Segment,
  piece: Piece,
  range: { from: number; end: number },
  filter: RecordFilter,
): number {
  const { bytes } = piece;
  const start = index.offsetOf(piece.from);
  const walker = new FrameWalker(bytes, header.baseUs, 0, true);
  let count = 0;
  for (let block = piece.from; block < piece.to; block++) {
    const from = index.offsetOf(block) - start;
    if (!filter.mayFitWithin(bytes, from, index.offsetOf(block + 1) - start, index.flagsOf(block, block + 1))) continue;
    const end = header.recordsBefore + index.recordsBefore(block + 1);
    let record = header.recordsBefore + index.recordsBefore(block);
    const isWhole = record >= range.from && end <= range.end;
    walker.end = from;
    // What the index says and a damaged file does not have is passed over.
    for (; record < end && walker.next(); record++) {
      if ((isWhole || (record >= range.from && record < range.end)) && filter.fits(walker)) count++;
    }
  }
  return count;
}
