import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import type { FrameWalker } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import { RunBlocks, type RunBlocksOptions } from './runBlocks.ts';
import type { RunSource } from './runSource.ts';

/** Blocks read at a time while newer records are looked at; about a megabyte of usual lines. */
const FORWARD_BLOCKS = 40;

/** What a {@link RunRange} shows of its run. */
export interface RangeOptions extends RunBlocksOptions {
  filter: RecordFilter;
  /** The run began after the view opened: it is looked at from its beginning. */
  isNew: boolean;
  /** The run begins with a divider when any of its records fits. */
  divider: boolean;
}

/**
 * The records of one run that fit a filter, counted per block of the segment indexes. Which records of a block fit is found
 * anew when the block is read. Counts are known from {@link knownFrom} on, which goes down while a filter that needs the
 * text looks at older and older blocks.
 */
export class RunRange extends RunBlocks<RangeOptions> {
  /** The divider stands before this record. */
  dividerRecord = -1;
  private dividerBlock = -1;
  /** Records before this one are counted (only for filters that need the text). */
  private scannedTo = 0;
  private isOpen = false;

  constructor(
    source: RunSource,
    /** Decides between equal times. */
    readonly order: number,
    options: RangeOptions,
  ) {
    super(source, options);
  }

  /** Whether every record known has been looked at. */
  get isComplete(): boolean {
    return this.knownFrom === 0;
  }

  /** Records looked at. */
  get looked(): number {
    return this.blocks === 0 ? 0 : this.end - Math.max(this.options.from, this.recordOf(this.knownFrom));
  }

  /** All, warnings and errors among the rows of a block; dividers are none of them. */
  countsOf(block: number): [number, number, number] {
    return [this.rowsIn(block) - this.dividersIn(block), this.warningsIn(block), this.errorsIn(block)];
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
    const from = this.stretchStart(to);
    const stretch = await this.read(from, to);
    if (stretch.walker && this.mayFit(stretch, this.options.filter)) {
      this.count(stretch.walker, from, this.recordOf(from), Number.POSITIVE_INFINITY);
    }
    this.sumBack(from, to);
    if (
      from === 0 &&
      this.options.divider &&
      this.dividerRecord < 0 &&
      this.rowsBefore(this.blocks) > this.rowsBefore(0)
    ) {
      this.dividerRecord = this.options.from;
      this.dividerBlock = 0;
      this.addRow(0, 0);
      this.sumBack(0, 1);
    }
    this.knownFrom = from;
  }

  /** Counts by the levels in the index; only a block that the range cuts has to be read. */
  private async countFrom(first: number): Promise<void> {
    const { filter, from, to } = this.options;
    for (let block = first; block < this.blocks; block++) {
      let all = 0;
      let warnings = 0;
      let errors = 0;
      if (this.recordOf(block) < from || this.recordOf(block + 1) > to) {
        this.setRows(block, this.dividersIn(block), 0, 0);
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
        this.setRows(block, all + this.dividersIn(block), warnings, errors);
      }
    }
    this.sumFrom(first);
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
    this.sumFrom(first);
    if (this.isOpen || this.knownFrom === 0) await this.placeDivider(first);
  }

  private dividersIn(block: number): number {
    return block === this.dividerBlock ? 1 : 0;
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
      this.addRow(block, walker.level);
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
    this.addRow(block, 0);
    this.sumFrom(block);
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
