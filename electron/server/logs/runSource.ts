import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFileHeader, FILE_HEADER_BYTES, type FileHeader, FrameWalker, STREAMS } from './logFrame.ts';
import { indexName, longName, segmentName } from './runFiles.ts';
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
 * Reads the records of one run from its files, also while they are written. Records have numbers within the run, from 0 in
 * the order of the file; retention takes them away from the front.
 */
export class RunSource {
  segments: Segment[] = [];

  constructor(
    readonly folder: string,
    readonly service: string,
    readonly run: number,
  ) {}

  /** Number of the oldest record that is still there. */
  get first(): number {
    return this.segments[0]?.header.recordsBefore ?? 0;
  }

  /** One past the number of the newest record seen. */
  get end(): number {
    const last = this.segments.at(-1);
    return last ? last.header.recordsBefore + last.index.records : 0;
  }

  get firstUs(): number {
    return this.segments.find(({ index }) => index.records > 0)?.index.firstUs ?? Number.POSITIVE_INFINITY;
  }

  get lastUs(): number {
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const { index } = this.segments[i] as Segment;
      if (index.records > 0) return index.lastUs;
    }
    return Number.NEGATIVE_INFINITY;
  }

  /** Takes in what was written since; `numbers` are the segments that exist now, ascending. */
  async refresh(numbers: readonly number[]): Promise<void> {
    const oldest = numbers[0] ?? Number.POSITIVE_INFINITY;
    if ((this.segments[0]?.number ?? oldest) < oldest) {
      this.segments = this.segments.filter(({ number }) => number >= oldest);
    }
    const newest = this.segments.at(-1);
    if (newest && !newest.finished) {
      newest.finished = (numbers.at(-1) as number) > newest.number;
      await this.extend(newest);
    }
    for (const number of numbers) {
      if (number <= (this.segments.at(-1)?.number ?? 0)) continue;
      const segment = await this.openSegment(number, number !== numbers.at(-1));
      if (segment) this.segments.push(segment);
    }
  }

  private async openSegment(number: number, finished: boolean): Promise<Segment | undefined> {
    const path = join(this.folder, segmentName(this.run, number));
    try {
      const header = decodeFileHeader(await readRange(path, 0, FILE_HEADER_BYTES));
      if (!header) return undefined;
      const stored = await readFile(join(this.folder, indexName(this.run, number))).catch(() => undefined);
      const index = stored ? SegmentIndex.decode(stored) : undefined;
      const segment = {
        number,
        path,
        header,
        index: index ?? new SegmentIndex(FILE_HEADER_BYTES),
        finished: finished || index !== undefined,
      };
      if (!index) await this.extend(segment);
      return segment;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Indexes the records after the last one known. */
  private async extend(segment: Segment): Promise<void> {
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

  /** The number of the first record at or after a time, found by index and one block. */
  async recordAt(timeUs: number): Promise<number> {
    for (const segment of this.segments) {
      const { index, header } = segment;
      if (index.records === 0 || index.lastUs < timeUs) continue;
      const block = index.blockOfTime(timeUs);
      const stretch = await this.readBlocks(segment, block, block + 1);
      let record = stretch.first;
      while (stretch.walker.next() && stretch.walker.timeUs < timeUs) record++;
      return Math.min(record, header.recordsBefore + index.records);
    }
    return this.end;
  }

  /** Reads the blocks [from, to) of a segment. */
  async readBlocks(segment: Segment, from: number, to: number): Promise<Stretch> {
    const { index, header } = segment;
    return {
      segment,
      walker: await readBlocks(segment, from, to),
      first: header.recordsBefore + index.recordsBefore(from),
      end: header.recordsBefore + index.recordsBefore(to),
      firstUs: index.timeOf(from),
      flags: index.flagsOf(from, to),
    };
  }

  /** The stretch of about {@link STRETCH_BYTES} that begins with the block of this record; undefined after the last. */
  async stretchFrom(record: number, maxBytes = STRETCH_BYTES): Promise<Stretch | undefined> {
    for (const segment of this.segments) {
      const { index, header } = segment;
      if (record >= header.recordsBefore + index.records) continue;
      const from = index.blockOfRecord(Math.max(0, record - header.recordsBefore));
      let to = from + 1;
      while (to < index.blocks && index.offsetOf(to + 1) - index.offsetOf(from) <= maxBytes) to++;
      return this.readBlocks(segment, from, to);
    }
    return undefined;
  }

  /** One past the last record of the segment that a record is in. */
  segmentEnd(record: number): number {
    for (const { index, header } of this.segments) {
      const end = header.recordsBefore + index.records;
      if (record < end) return end;
    }
    return this.end;
  }

  /** The stretch that ends with the block of the record before this one; undefined before the first. */
  async stretchBefore(record: number, maxBytes = STRETCH_BYTES): Promise<Stretch | undefined> {
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i] as Segment;
      const { index, header } = segment;
      if (record <= header.recordsBefore || index.records === 0) continue;
      const last = index.blockOfRecord(Math.min(index.records, record - header.recordsBefore) - 1);
      let from = last;
      while (from > 0 && index.offsetOf(last + 1) - index.offsetOf(from - 1) <= maxBytes) from--;
      return this.readBlocks(segment, from, last + 1);
    }
    return undefined;
  }

  /**
   * Finds the record of a line. Lines are numbered when they begin and stored when they end, so a record is near the place
   * of its number unless its line stayed open for long: the search begins there and goes on to the end, then to the start.
   */
  async recordOfLine(line: number, signal: AbortSignal): Promise<{ number: number; timeUs: number } | undefined> {
    const guess = Math.min(Math.max(this.first, line - 1 - STREAMS.length), Math.max(this.first, this.end - 1));
    for (let record = guess; record < this.end; ) {
      signal.throwIfAborted();
      const stretch = await this.stretchFrom(record, record === guess ? 0 : STRETCH_BYTES);
      if (!stretch) break;
      const found = recordIn(stretch, line);
      if (found) return found;
      record = stretch.end;
    }
    for (let record = guess; record > this.first; ) {
      signal.throwIfAborted();
      const stretch = await this.stretchBefore(record);
      if (!stretch) break;
      const found = recordIn(stretch, line);
      if (found) return found;
      record = stretch.first;
    }
    return undefined;
  }

  /** File with the whole of a line that is cut in the segment. */
  longPath(line: number): string {
    return join(this.folder, longName(this.run, line));
  }
}

function recordIn({ walker, first }: Stretch, line: number): { number: number; timeUs: number } | undefined {
  for (let number = first; walker.next(); number++) if (walker.line === line) return { number, timeUs: walker.timeUs };
  return undefined;
}
