import { join } from 'node:path';
import { STREAMS } from './logFrame.ts';
import { longName } from './runFiles.ts';
import { extendSegment, openSegment, readBlocks, type Segment, type Stretch, STRETCH_BYTES } from './segmentReader.ts';

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
      await extendSegment(newest);
    }
    for (const number of numbers) {
      if (number <= (this.segments.at(-1)?.number ?? 0)) continue;
      const segment = await openSegment(this.folder, this.run, number, number !== numbers.at(-1));
      if (segment) this.segments.push(segment);
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
