import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import type { FrameWalker } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import { type RunSource, readBlocks, type Segment, STRETCH_BYTES } from './runSource.ts';

/** Blocks read at a time while newer records are looked at; about a megabyte of usual lines. */
const FORWARD_BLOCKS = 40;

/** What a {@link RunRange} shows of its run. */
export interface RangeOptions {
  filter: RecordFilter;
  /** First record, and one past the last. */
  from: number;
  to: number;
  /** Times count as at least and at most this: a run that began after the view opened comes after what the view had. */
  floorUs: number;
  ceilingUs: number;
  /** The run began after the view opened: it is looked at from its beginning. */
  isNew: boolean;
  /** The run begins with a divider when any of its records fits. */
  divider: boolean;
}

/** Some blocks of a range, read. */
export interface RangeStretch {
  /** Blocks [from, to). */
  from: number;
  to: number;
  /** Undefined: retention took them. */
  walker: FrameWalker | undefined;
}

/**
 * The records of one run that fit a filter, counted per block of the segment indexes: some ten bytes for 256 records,
 * so that a view of ten million needs less than half a megabyte. Which records of a block fit is found anew when the
 * block is read. Blocks have numbers from 0, the block of the first record, and keep them; counts are known from
 * {@link knownFrom} on, which goes down while a filter that needs the text looks at older and older blocks.
 */
export class RunRange {
  blocks = 0;
  knownFrom = 0;
  /** The divider stands before this record. */
  dividerRecord = -1;
  private dividerBlock = -1;
  private segments: { segment: Segment; shift: number }[] = [];
  private times = new Float64Array(16);
  private records = new Uint32Array(16);
  private segmentOf = new Uint32Array(16);
  private rows = new Uint16Array(16);
  private warnings = new Uint16Array(16);
  private errors = new Uint16Array(16);
  /** Rows before each block, counted from one that never changes; negative before it. One more than blocks. */
  private before = new Int32Array(17);
  /** Records before this one are counted (only for filters that need the text). */
  private scannedTo = 0;
  /** One past the last record of the last block known. */
  private knownEnd: number;
  private newestUs = Number.NEGATIVE_INFINITY;
  private isOpen = false;

  constructor(
    readonly source: RunSource,
    /** Decides between equal times. */
    readonly order: number,
    readonly options: RangeOptions,
  ) {
    this.knownEnd = options.from;
  }

  /** Whether every record known has been looked at. */
  get isComplete(): boolean {
    return this.knownFrom === 0;
  }

  /** Records looked at, and records there are. */
  get looked(): number {
    return this.blocks === 0 ? 0 : this.end - Math.max(this.options.from, this.recordOf(this.knownFrom));
  }

  get size(): number {
    return Math.max(0, this.end - this.options.from);
  }

  /** One past the last record known. */
  get end(): number {
    return Math.min(this.options.to, this.knownEnd);
  }

  /** Rows before a block; `blocks` stands for all of them. */
  rowsBefore(block: number): number {
    return this.before[block] as number;
  }

  rowsIn(block: number): number {
    return this.rows[block] as number;
  }

  /** Time of the first record of a block. */
  timeOf(block: number): number {
    return this.times[block] as number;
  }

  /** Nothing that is known is later. */
  get lastUs(): number {
    return this.effective(this.newestUs);
  }

  /** Number of the first record of a block. */
  recordOf(block: number): number {
    return block < this.blocks ? (this.records[block] as number) : this.knownEnd;
  }

  /** Records of a level in a block, whether they fit or not. */
  levelCount(block: number, level: number): number {
    const { segment, shift } = this.segmentAt(block);
    return segment.index.levelCount(block - shift, level);
  }

  /** Whether any record of blocks that were read may fit a filter. */
  mayFit({ from, to, walker }: RangeStretch, filter: RecordFilter): boolean {
    const { segment, shift } = this.segmentAt(from);
    return walker !== undefined && filter.mayFit(walker.bytes, segment.index.flagsOf(from - shift, to - shift));
  }

  /** All, warnings and errors among the rows of a block; dividers are none of them. */
  countsOf(block: number): [number, number, number] {
    const own = block === this.dividerBlock ? 1 : 0;
    return [this.rowsIn(block) - own, this.warnings[block] as number, this.errors[block] as number];
  }

  /** The time that decides about the order. */
  effective(timeUs: number): number {
    return Math.min(Math.max(timeUs, this.options.floorUs), this.options.ceilingUs);
  }

  /** The last block that begins before `timeUs`, or -1. */
  blockBefore(timeUs: number): number {
    let low = -1;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.times[middle] as number) < timeUs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The block that holds a record. */
  blockOfRecord(record: number): number {
    let low = 0;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.records[middle] as number) <= record) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The last known block with at most `row` rows before it. */
  blockOfRow(row: number): number {
    let low = this.knownFrom;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The first block that retention has not taken. */
  firstKept(): number {
    if (this.source.segments.length === 0) return this.blocks;
    return this.source.first <= this.options.from ? 0 : this.blockOfRecord(this.source.first);
  }

  /** Takes in what the source knows of by now. */
  async update(): Promise<void> {
    const before = this.blocks;
    const end = this.knownEnd;
    this.extend();
    if (this.isOpen && this.knownEnd === end) return;
    if (this.options.filter.levelsOnly) await this.countFrom(Math.max(0, before - 1));
    else await this.scanForward();
    this.isOpen = true;
  }

  /** Looks at about one stretch of older blocks. */
  async scanBack(): Promise<void> {
    const to = this.knownFrom;
    if (to === 0) return;
    const { segment, shift } = this.segmentAt(to - 1);
    let from = to - 1;
    const end = segment.index.offsetOf(to - shift);
    while (
      from > 0 &&
      this.segmentOf[from - 1] === this.segmentOf[to - 1] &&
      end - segment.index.offsetOf(from - 1 - shift) <= STRETCH_BYTES
    ) {
      from--;
    }
    const stretch = await this.read(from, to);
    if (stretch.walker && this.mayFit(stretch, this.options.filter)) {
      this.count(stretch.walker, from, this.recordOf(from), Number.POSITIVE_INFINITY);
    }
    for (let block = to - 1; block >= from; block--)
      this.before[block] = this.rowsBefore(block + 1) - this.rowsIn(block);
    if (
      from === 0 &&
      this.options.divider &&
      this.dividerRecord < 0 &&
      this.rowsBefore(this.blocks) > this.rowsBefore(0)
    ) {
      this.dividerRecord = this.options.from;
      this.dividerBlock = 0;
      this.rows[0] = this.rowsIn(0) + 1;
      this.before[0] = this.rowsBefore(0) - 1;
    }
    this.knownFrom = from;
  }

  /** Reads blocks from `from` on: of one segment, up to `maxBytes`, not beyond `to` nor over a block without rows. */
  async readFrom(from: number, to: number, maxBytes: number): Promise<RangeStretch> {
    const { segment, shift } = this.segmentAt(from);
    const start = segment.index.offsetOf(from - shift);
    let end = from + 1;
    while (
      end < to &&
      this.segmentOf[end] === this.segmentOf[from] &&
      this.rowsIn(end) > 0 &&
      segment.index.offsetOf(end + 1 - shift) - start <= maxBytes
    ) {
      end++;
    }
    return this.read(from, end);
  }

  private async read(from: number, to: number): Promise<RangeStretch> {
    const { segment, shift } = this.segmentAt(from);
    try {
      return { from, to, walker: await readBlocks(segment, from - shift, to - shift) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { from, to, walker: undefined };
      throw error;
    }
  }

  private segmentAt(block: number): { segment: Segment; shift: number } {
    return this.segments[this.segmentOf[block] as number] as { segment: Segment; shift: number };
  }

  private shiftOfLast(): number {
    return this.segments.at(-1)?.shift ?? 0;
  }

  private extend(): void {
    const { from, to } = this.options;
    const known = this.segments.at(-1)?.segment.number ?? 0;
    for (const segment of this.source.segments) {
      const { index, header } = segment;
      if (segment.number < known || index.records === 0) continue;
      if (header.recordsBefore >= to) return;
      if (segment.number > known) {
        if (header.recordsBefore + index.records <= from) continue;
        const first = this.blocks > 0 ? 0 : index.blockOfRecord(Math.max(0, from - header.recordsBefore));
        this.segments.push({ segment, shift: this.blocks - first });
      }
      const shift = this.shiftOfLast();
      for (let block = this.blocks - shift; block < index.blocks; block++) {
        const record = header.recordsBefore + index.recordsBefore(block);
        if (record >= to) {
          this.knownEnd = record;
          this.newestUs = index.lastUs;
          return;
        }
        this.push(this.effective(index.timeOf(block)), record);
      }
      this.knownEnd = header.recordsBefore + index.records;
      this.newestUs = index.lastUs;
    }
  }

  private push(timeUs: number, record: number): void {
    if (this.blocks === this.times.length) this.grow();
    const block = this.blocks++;
    this.times[block] = timeUs;
    this.records[block] = record;
    this.segmentOf[block] = this.segments.length - 1;
    this.before[block + 1] = this.rowsBefore(block);
  }

  private grow(): void {
    const size = this.times.length * 2;
    const copy = <T extends Float64Array | Uint32Array | Uint16Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.times = copy(new Float64Array(size), this.times);
    this.records = copy(new Uint32Array(size), this.records);
    this.segmentOf = copy(new Uint32Array(size), this.segmentOf);
    this.rows = copy(new Uint16Array(size), this.rows);
    this.warnings = copy(new Uint16Array(size), this.warnings);
    this.errors = copy(new Uint16Array(size), this.errors);
    this.before = copy(new Int32Array(size + 1), this.before);
  }

  /** Counts by the levels in the index; only a block that the range cuts has to be read. */
  private async countFrom(first: number): Promise<void> {
    const { filter, from, to } = this.options;
    for (let block = first; block < this.blocks; block++) {
      let all = 0;
      let warnings = 0;
      let errors = 0;
      if (this.recordOf(block) < from || this.recordOf(block + 1) > to) {
        this.clear(block);
        const { walker } = await this.read(block, block + 1);
        if (walker) this.count(walker, block, this.recordOf(block), Number.POSITIVE_INFINITY);
      } else {
        for (let level = 0; level < LOG_LEVELS.length; level++) {
          if (!filter.fitsLevel(level)) continue;
          const count = this.levelCount(block, level);
          all += count;
          if (level === 4) warnings += count;
          else if (level > 4) errors += count;
        }
        this.rows[block] = all + (block === this.dividerBlock ? 1 : 0);
        this.warnings[block] = warnings;
        this.errors[block] = errors;
      }
    }
    this.sum(first);
    await this.placeDivider(first);
  }

  private async scanForward(): Promise<void> {
    if (this.blocks === 0) return;
    if (!this.isOpen) {
      // The last block is counted now, the ones before it later, from the newest to the oldest.
      this.knownFrom = this.options.isNew ? 0 : this.blocks - 1;
      this.scannedTo = this.recordOf(this.knownFrom);
    }
    this.scannedTo = Math.max(this.scannedTo, this.options.from);
    const first = this.blockOfRecord(this.scannedTo);
    for (let block = first; block < this.blocks; ) {
      let to = block + 1;
      while (to < this.blocks && this.segmentOf[to] === this.segmentOf[block] && to - block < FORWARD_BLOCKS) to++;
      const { walker } = await this.read(block, to);
      if (walker) this.count(walker, block, this.scannedTo, this.end);
      this.scannedTo = Math.max(this.scannedTo, Math.min(this.end, this.recordOf(to)));
      block = to;
    }
    this.sum(first);
    if (this.isOpen || this.knownFrom === 0) await this.placeDivider(first);
  }

  private clear(block: number): void {
    this.rows[block] = block === this.dividerBlock ? 1 : 0;
    this.warnings[block] = 0;
    this.errors[block] = 0;
  }

  /** Adds the records [from, to) that fit to the counts of their blocks. */
  private count(walker: FrameWalker, firstBlock: number, from: number, to: number): void {
    const { filter } = this.options;
    const begin = Math.max(from, this.options.from);
    const end = Math.min(to, this.end);
    let block = firstBlock;
    let next = this.recordOf(block + 1);
    for (let record = this.recordOf(firstBlock); record < end && walker.next(); record++) {
      if (record >= next) {
        block++;
        next = this.recordOf(block + 1);
      }
      if (record < begin || !filter.fits(walker)) continue;
      this.rows[block] = this.rowsIn(block) + 1;
      if (walker.level === 4) this.warnings[block] = (this.warnings[block] as number) + 1;
      else if (walker.level > 4) this.errors[block] = (this.errors[block] as number) + 1;
    }
  }

  private sum(first: number): void {
    for (let block = first; block < this.blocks; block++) {
      this.before[block + 1] = this.rowsBefore(block) + this.rowsIn(block);
    }
  }

  /** Gives the run its divider once something of it fits; `first`: the oldest block that may hold it. */
  private async placeDivider(first: number): Promise<void> {
    if (!this.options.divider || this.dividerRecord >= 0 || this.knownFrom > 0) return;
    let block = first;
    while (block < this.blocks && this.rowsIn(block) === 0) block++;
    if (block === this.blocks) return;
    let record = this.options.from;
    if (this.isOpen) record = await this.firstFitting(block);
    else block = 0;
    this.dividerRecord = record;
    this.dividerBlock = block;
    this.rows[block] = this.rowsIn(block) + 1;
    this.sum(block);
  }

  private async firstFitting(block: number): Promise<number> {
    const { filter, from } = this.options;
    let record = this.recordOf(block);
    if (!filter.isEmpty) {
      const { walker } = await this.read(block, block + 1);
      while (walker?.next() && (record < from || !filter.fits(walker))) record++;
    }
    return Math.max(record, from);
  }
}
