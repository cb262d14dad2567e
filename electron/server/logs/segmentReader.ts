import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFileHeader, FILE_HEADER_BYTES, type FileHeader, FrameWalker } from './logFrame.ts';
import { indexName, segmentName } from './runFiles.ts';
import { SegmentIndex } from './segmentIndex.ts';

/** Bytes read at a time: large enough that the call costs nothing beside the scan, small enough to stop quickly. */
export const STRETCH_BYTES = 1024 * 1024;

/** Reads `length` bytes at `offset`, or what there is of them. */
export async function readRange(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(length);
    let at = 0;
    while (at < length) {
      const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return at === length ? bytes : bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

/** One segment file as a reader knows it. */
export interface Segment {
  number: number;
  path: string;
  header: FileHeader;
  index: SegmentIndex;
  /** A later segment exists: nothing is added any more. */
  finished: boolean;
}

/** Reads the blocks [from, to) of a segment. */
export async function readBlocks({ index, header, path }: Segment, from: number, to: number): Promise<FrameWalker> {
  const offset = index.offsetOf(from);
  return new FrameWalker(await readRange(path, offset, index.offsetOf(to) - offset), header.baseUs);
}

/** A stretch of whole blocks of one segment, read. */
export interface Stretch {
  segment: Segment;
  walker: FrameWalker;
  /** Number within the run of its first record, and one past its last. */
  first: number;
  end: number;
  /** Not later than its first record, µs since 1970. */
  firstUs: number;
  /** Flags that its records have together. */
  flags: number;
}

/**
 * Opens segment `number` of a run and indexes what its index does not know; `finished`: a later one exists. Undefined when it
 * is gone, or has no whole header yet.
 */
export async function openSegment(
  folder: string,
  run: number,
  number: number,
  finished: boolean,
): Promise<Segment | undefined> {
  const path = join(folder, segmentName(run, number));
  try {
    const header = decodeFileHeader(await readRange(path, 0, FILE_HEADER_BYTES));
    if (!header) return undefined;
    const stored = await readFile(join(folder, indexName(run, number))).catch(() => undefined);
    const index = stored ? SegmentIndex.decode(stored) : undefined;
    const segment = {
      number,
      path,
      header,
      index: index ?? new SegmentIndex(FILE_HEADER_BYTES),
      finished: finished || index !== undefined,
    };
    if (!index) await extendSegment(segment);
    return segment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Indexes the records after the last one known. */
export async function extendSegment(segment: Segment): Promise<void> {
  const { index, path, header } = segment;
  let size: number;
  try {
    size = (await stat(path)).size;
    let wanted = STRETCH_BYTES;
    while (index.end < size) {
      const from = index.end;
      const walker = new FrameWalker(await readRange(path, from, Math.min(wanted, size - from)), header.baseUs);
      while (walker.next()) {
        index.add(from + walker.at, from + walker.end, walker.timeUs, walker.level, walker.flags);
      }
      if (walker.end === 0) {
        // A frame larger than the stretch, or one that is not whole yet.
        const needed = walker.needed();
        if (needed === 0 || from + needed > size) return;
        wanted = needed;
      } else wanted = STRETCH_BYTES;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
