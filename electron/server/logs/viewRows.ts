import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { MergeHeap } from './mergeHeap.ts';
import { RangeCursor } from './rangeCursor.ts';
import { RecordFilter, type RecordFilterQuery } from './recordFilter.ts';
import { type RangeStretch, RunRange } from './runRange.ts';
import { type RunSource, STRETCH_BYTES } from './runSource.ts';

/** Bytes read at a time to answer for few rows, and up to how many rows are few. */
const SHORT_STRETCH_BYTES = 64 * 1024;
const FEW_ROWS = 1000;

/** Narrows what a view shows beyond the filter. */
export interface ViewRowsOptions {
  /** µs since 1970; 0: open. */
  sinceUs: number;
  untilUs: number;
  dividers: boolean;
}

/** Is called for each row; true ends the walk. */
export type VisitRow = (row: number, cursor: RangeCursor) => boolean;

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
    private readonly options: ViewRowsOptions,
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
    this.first = this.firstRow();
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
    this.first = this.firstRow();
    return true;
  }

  /** Visits the rows [from, end) in order. */
  async each(from: number, end: number, signal: AbortSignal, visit: VisitRow): Promise<void> {
    const first = Math.max(from, this.first);
    const last = Math.min(end, this.end);
    if (first >= last) return;
    const blocks = this.blocksOfRow(first);
    const bytes = last - first > FEW_ROWS ? STRETCH_BYTES : SHORT_STRETCH_BYTES;
    await this.walk(blocks, bytes, signal, (row, cursor) => {
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
    await this.walk(blocks, SHORT_STRETCH_BYTES, signal, (row, cursor) => {
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
    const begin = this.blocksOfRow(from);
    const last = this.lastBlocksOfRow(end - 1);
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
    const begin = this.blocksOfRow(from);
    const last = this.lastBlocksOfRow(end - 1);
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

  private async walk(blocks: readonly number[], maxBytes: number, signal: AbortSignal, visit: VisitRow): Promise<void> {
    let row = 0;
    const heap = new MergeHeap<RangeCursor>(comesBefore);
    this.ranges.slice(0, blocks.length).forEach((range, i) => {
      const block = blocks[i] as number;
      row += range.rowsBefore(block);
      const cursor = new RangeCursor(range, block, maxBytes);
      if (!cursor.isDone) heap.push(cursor);
    });
    for (let cursor = heap.top; cursor; cursor = heap.top) {
      if (!cursor.isReady) {
        signal.throwIfAborted();
        await cursor.load();
      } else {
        const { second } = heap;
        do {
          if (visit(row++, cursor)) return;
          cursor.step();
        } while (cursor.isReady && (!second || comesBefore(cursor, second)));
      }
      if (cursor.isDone && !cursor.isReady) heap.pop();
      else heap.settleTop();
    }
  }

  /** For each run the block to begin with so that the row comes out; see {@link walk}. */
  private blocksOfRow(row: number): number[] {
    const { ranges } = this;
    if (ranges.length === 1) return [(ranges[0] as RunRange).blockOfRow(row)];
    // The latest time up to which surely no more than `row` rows lie.
    const timeUs = this.bisect((middleUs) => this.rowsUpTo(middleUs, true) <= row);
    return ranges.map((range) =>
      range.lastUs < timeUs ? range.blocks : Math.max(range.knownFrom, range.blockBefore(timeUs)),
    );
  }

  /** For each run the last block in which a row up to this one can be. */
  private lastBlocksOfRow(row: number): number[] {
    const { ranges } = this;
    if (ranges.length === 1) return [(ranges[0] as RunRange).blockOfRow(row)];
    const timeUs = this.bisect((middleUs) => this.rowsUpTo(middleUs, false) <= row);
    return ranges.map((range) => range.blockBefore(timeUs + 1));
  }

  /** The last time for which `holds` is true, when it holds for the first one and not again after it failed. */
  private bisect(holds: (timeUs: number) => boolean): number {
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (const range of this.ranges) {
      if (range.blocks === 0) continue;
      low = Math.min(low, range.timeOf(range.knownFrom));
      high = Math.max(high, range.lastUs + 1);
    }
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if (holds(middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Rows before a time, rounded up or down to whole blocks. */
  private rowsUpTo(timeUs: number, roundUp: boolean): number {
    let rows = 0;
    for (const range of this.ranges) {
      const block = range.blockBefore(timeUs);
      if (block < range.knownFrom) rows += range.rowsBefore(range.knownFrom);
      else rows += range.rowsBefore(roundUp || range.lastUs < timeUs ? block + 1 : block);
    }
    return rows;
  }

  private firstRow(): number {
    // Of each run only what is newer than anything not looked at yet in the other ones has its final number.
    let newest = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    let newestRange: RunRange | undefined;
    for (const range of this.ranges) {
      const atUs = horizonOf(range);
      if (atUs > newest) {
        second = newest;
        newest = atUs;
        newestRange = range;
      } else second = Math.max(second, atUs);
    }
    let first = 0;
    for (const range of this.ranges) {
      const limitUs = range === newestRange ? second : newest;
      let block = range.knownFrom;
      if (limitUs > Number.NEGATIVE_INFINITY) {
        block = Math.max(block, range.blockBefore(limitUs) + 1);
        // A block that begins at the very time may have company there.
        while (block < range.blocks && range.timeOf(block) <= limitUs) block++;
      }
      first += range.rowsBefore(block);
    }
    return Math.min(this.end, Math.max(first, this.firstKeptRow(first)));
  }

  /** The oldest row that retention has left. */
  private firstKeptRow(first: number): number {
    let kept = Number.POSITIVE_INFINITY;
    let isWhole = true;
    for (const range of this.ranges) {
      if (range.blocks === 0) continue;
      const block = range.firstKept();
      if (block > 0) isWhole = false;
      if (block >= range.blocks) continue;
      kept = Math.min(kept, this.rowsBeforeBlock(range, Math.max(block, range.knownFrom)));
    }
    return isWhole || !Number.isFinite(kept) ? first : kept;
  }

  private rowsBeforeBlock(range: RunRange, block: number): number {
    const timeUs = range.timeOf(block);
    let rows = range.rowsBefore(block);
    for (const other of this.ranges) {
      if (other !== range) rows += other.rowsBefore(Math.max(other.knownFrom, other.blockBefore(timeUs)));
    }
    return rows;
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

/** What has not been looked at in a range is not newer than this. */
function horizonOf(range: RunRange): number {
  return range.isComplete ? Number.NEGATIVE_INFINITY : range.timeOf(range.knownFrom);
}

function comesBefore(a: RangeCursor, b: RangeCursor): boolean {
  return a.timeUs !== b.timeUs ? a.timeUs < b.timeUs : a.range.order < b.range.order;
}

/** Rows of a range before a time, exactly. */
async function rowsBeforeTime(range: RunRange, timeUs: number): Promise<number> {
  if (range.blocks === 0) return 0;
  if (range.lastUs < timeUs) return range.rowsBefore(range.blocks);
  const block = Math.max(range.knownFrom, range.blockBefore(timeUs));
  let rows = range.rowsBefore(block);
  const cursor = new RangeCursor(range, block, SHORT_STRETCH_BYTES);
  while (!cursor.isDone || cursor.isReady) {
    if (!cursor.isReady) {
      if (cursor.timeUs >= timeUs) break;
      await cursor.load();
    } else if (cursor.timeUs >= timeUs) break;
    else {
      rows++;
      cursor.step();
    }
  }
  return rows;
}
