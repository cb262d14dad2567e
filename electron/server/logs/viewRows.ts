import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import type { RangeCursor } from './rangeCursor.ts';
import { RecordFilter, type RecordFilterQuery } from './recordFilter.ts';
import {
  blocksOfRow,
  firstRowOf,
  horizonOf,
  lastBlocksOfRow,
  rowsBeforeTime,
  SHORT_STRETCH_BYTES,
} from './rowPlaces.ts';
import type { RangeStretch } from './runBlocks.ts';
import { RunRange } from './runRange.ts';
import type { RunSource } from './runSource.ts';
import { STRETCH_BYTES } from './segmentReader.ts';
import { type VisitRow, walkRows } from './walkRows.ts';

/** Up to so many rows are few: they are read in short stretches. */
const FEW_ROWS = 1000;

/** Narrows what a view shows beyond the filter. */
export interface ViewRowsOptions {
  /** µs since 1970; 0: open. */
  sinceUs: number;
  untilUs: number;
  dividers: boolean;
}

/**
 * The rows of a view: the records of several runs that fit a filter, merged by time, with numbers that never change. No
 * list of rows is kept. A row's number is the sum, over the runs, of how many of their rows come before it; what the
 * indexes know per block narrows a number down to a block or two of each run, and only these are read.
 */
export class ViewRows {
  readonly ranges: RunRange[] = [];
  /** Rows that can be asked for: [first, end). */
  first = 0;
  end = 0;
  readonly filter: RecordFilter;
  private visibleUs = Number.NEGATIVE_INFINITY;
  private isOpen = false;
  private readonly known = new Set<RunSource>();

  constructor(
    query: RecordFilterQuery,
    readonly options: ViewRowsOptions,
  ) {
    this.filter = new RecordFilter(query);
  }

  /** Everything that was stored at the opening has been looked at. */
  get isComplete(): boolean {
    return this.isOpen && this.ranges.every((range) => range.isComplete);
  }

  /** Records looked at, and how many there are. */
  get scanned(): number {
    return this.ranges.reduce((sum, range) => sum + range.looked, 0);
  }

  get total(): number {
    return this.ranges.reduce((sum, range) => sum + range.size, 0);
  }

  /**
   * Takes in what is on disk and earlier than `untilUs`. `isActive` tells which runs may still grow; asked at the first
   * call only: the ones that ended before count as earlier than whatever comes after.
   */
  async update(
    sources: readonly RunSource[],
    untilUs: number,
    isActive: (source: RunSource) => boolean,
    nowUs: number,
  ): Promise<void> {
    // Without anything being written there is no such time: now is as good.
    const visibleUs = Number.isFinite(untilUs) ? untilUs : nowUs + 1;
    for (const source of sources) {
      if (this.known.has(source)) continue;
      this.known.add(source);
      const ceilingUs = this.isOpen || isActive(source) ? Number.POSITIVE_INFINITY : visibleUs - 1;
      const range = await this.openRange(source, this.isOpen ? this.visibleUs : 0, ceilingUs);
      this.ranges.push(range);
    }
    const limitUs = this.options.untilUs;
    for (const range of this.ranges) {
      // No wait between this look and the update, or records beyond the view's time could come in unseen.
      if (limitUs > 0 && range.options.to === Number.POSITIVE_INFINITY && range.source.lastUs >= limitUs) {
        range.options.to = await range.source.recordAt(limitUs);
      }
      await range.update();
    }
    this.isOpen = true;
    // Earlier than before only when the clock was set back: then what is new stands just behind what was there.
    this.visibleUs = visibleUs < this.visibleUs ? this.visibleUs + 1 : visibleUs;
    let end = 0;
    for (const range of this.ranges) end += await rowsBeforeTime(range, this.visibleUs);
    this.end = end;
    this.first = firstRowOf(this.ranges, this.end);
  }

  /** Looks at the next older stretch of records; false when all have been looked at. */
  async scanBack(): Promise<boolean> {
    let newest: RunRange | undefined;
    let newestUs = Number.NEGATIVE_INFINITY;
    for (const range of this.ranges) {
      const atUs = horizonOf(range);
      if (!range.isComplete && (!newest || atUs > newestUs)) {
        newest = range;
        newestUs = atUs;
      }
    }
    if (!newest) return false;
    await newest.scanBack();
    this.first = firstRowOf(this.ranges, this.end);
    return true;
  }

  /** Visits the rows [from, end) in order. */
  async each(from: number, end: number, signal: AbortSignal, visit: VisitRow): Promise<void> {
    const first = Math.max(from, this.first);
    const last = Math.min(end, this.end);
    if (first >= last) return;
    const blocks = blocksOfRow(this.ranges, first);
    const bytes = last - first > FEW_ROWS ? STRETCH_BYTES : SHORT_STRETCH_BYTES;
    await walkRows(this.ranges, blocks, bytes, signal, (row, cursor) => {
      if (row < first) return false;
      if (row >= last) return true;
      return visit(row, cursor) || row + 1 >= last;
    });
  }

  /** The first row at or after a time that `fits`; null: none before `end`. */
  async firstAt(
    timeUs: number,
    signal: AbortSignal,
    fits: (cursor: RangeCursor) => boolean | 'stop',
  ): Promise<number | null> {
    let found: number | null = null;
    const blocks = this.ranges.map((range) =>
      range.lastUs < timeUs ? range.blocks : Math.max(range.knownFrom, range.blockBefore(timeUs)),
    );
    await walkRows(this.ranges, blocks, SHORT_STRETCH_BYTES, signal, (row, cursor) => {
      if (row >= this.end) return true;
      if (row < this.first || cursor.timeUs < timeUs) return false;
      const answer = fits(cursor);
      if (answer === true) found = row;
      return answer !== false;
    });
    return found;
  }

  /** Whether a record between two rows may be of one of these levels (bits), as the indexes have it. */
  mayHaveLevel(from: number, end: number, levels: number): boolean {
    const begin = blocksOfRow(this.ranges, from);
    const last = lastBlocksOfRow(this.ranges, end - 1);
    return this.ranges.some((range, i) => {
      for (let block = begin[i] as number; block <= (last[i] as number); block++) {
        if (range.rowsIn(block) === 0) continue;
        for (let level = 0; level < LOG_LEVELS.length; level++) {
          if (levels & (1 << level) && range.levelCount(block, level) > 0) return true;
        }
      }
      return false;
    });
  }

  /**
   * Whether a record between two rows may fit a filter that looks at the text. Reads the bytes and decodes no record, so it
   * is worth asking before a walk when little is found.
   */
  async mayFit(from: number, end: number, filter: RecordFilter, signal: AbortSignal): Promise<boolean> {
    const begin = blocksOfRow(this.ranges, from);
    const last = lastBlocksOfRow(this.ranges, end - 1);
    for (const [i, range] of this.ranges.entries()) {
      const own = filter.fork();
      const to = Math.min(range.blocks, (last[i] as number) + 1);
      const readFrom = (block: number): Promise<RangeStretch> | undefined => {
        let next = block;
        while (next < to && range.rowsIn(next) === 0) next++;
        return next < to ? range.readFrom(next, to, STRETCH_BYTES) : undefined;
      };
      for (let stretch = await readFrom(begin[i] as number); stretch; ) {
        signal.throwIfAborted();
        // The next one comes in while this one is looked at.
        const following = readFrom(stretch.to);
        const mayFit = range.mayFit(stretch, own);
        const next = await following;
        if (mayFit) return true;
        stretch = next;
      }
    }
    return false;
  }

  private async openRange(source: RunSource, floorUs: number, ceilingUs: number): Promise<RunRange> {
    const { sinceUs, untilUs, dividers } = this.options;
    const from = sinceUs > 0 && source.firstUs < sinceUs ? await source.recordAt(sinceUs) : source.first;
    return new RunRange(source, this.ranges.length, {
      filter: this.filter.fork(),
      from,
      to: untilUs > 0 && source.lastUs >= untilUs ? await source.recordAt(untilUs) : Number.POSITIVE_INFINITY,
      floorUs,
      ceilingUs,
      isNew: this.isOpen,
      divider: dividers,
    });
  }
}
