import { RangeCursor } from './rangeCursor.ts';
import type { RunRange } from './runRange.ts';

/**
 * Where rows lie, found by the counts of blocks: a row's number is the sum, over the runs, of how many of their rows come
 * before it, so a number is narrowed down to a block or two of each run without reading any.
 */
type Ranges = readonly RunRange[];

/** Bytes read at a time to answer for few rows. */
export const SHORT_STRETCH_BYTES = 64 * 1024;

/** For each run the block to begin with so that the row comes out; see `walkRows`. */
export function blocksOfRow(ranges: Ranges, row: number): number[] {
  if (ranges.length === 1) return [(ranges[0] as RunRange).blockOfRow(row)];
  // The latest time up to which surely no more than `row` rows lie.
  const timeUs = bisect(ranges, (middleUs) => rowsUpTo(ranges, middleUs, true) <= row);
  return ranges.map((range) =>
    range.lastUs < timeUs ? range.blocks : Math.max(range.knownFrom, range.blockBefore(timeUs)),
  );
}

/** For each run the last block in which a row up to this one can be. */
export function lastBlocksOfRow(ranges: Ranges, row: number): number[] {
  if (ranges.length === 1) return [(ranges[0] as RunRange).blockOfRow(row)];
  const timeUs = bisect(ranges, (middleUs) => rowsUpTo(ranges, middleUs, false) <= row);
  return ranges.map((range) => range.blockBefore(timeUs + 1));
}

/** The last time for which `holds` is true, when it holds for the first one and not again after it failed. */
function bisect(ranges: Ranges, holds: (timeUs: number) => boolean): number {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const range of ranges) {
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
function rowsUpTo(ranges: Ranges, timeUs: number, roundUp: boolean): number {
  let rows = 0;
  for (const range of ranges) {
    const block = range.blockBefore(timeUs);
    if (block < range.knownFrom) rows += range.rowsBefore(range.knownFrom);
    else rows += range.rowsBefore(roundUp || range.lastUs < timeUs ? block + 1 : block);
  }
  return rows;
}

/** The first of the rows up to `end` that has its final number and is still there. */
export function firstRowOf(ranges: Ranges, end: number): number {
  // Of each run only what is newer than anything not looked at yet in the other ones has its final number.
  let newest = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  let newestRange: RunRange | undefined;
  for (const range of ranges) {
    const atUs = horizonOf(range);
    if (atUs > newest) {
      second = newest;
      newest = atUs;
      newestRange = range;
    } else second = Math.max(second, atUs);
  }
  let first = 0;
  for (const range of ranges) {
    const limitUs = range === newestRange ? second : newest;
    let block = range.knownFrom;
    if (limitUs > Number.NEGATIVE_INFINITY) {
      block = Math.max(block, range.blockBefore(limitUs) + 1);
      // A block that begins at the very time may have company there.
      while (block < range.blocks && range.timeOf(block) <= limitUs) block++;
    }
    first += range.rowsBefore(block);
  }
  return Math.min(end, Math.max(first, firstKeptRow(ranges, first)));
}

/** The oldest row that retention has left. */
function firstKeptRow(ranges: Ranges, first: number): number {
  let kept = Number.POSITIVE_INFINITY;
  let isWhole = true;
  for (const range of ranges) {
    if (range.blocks === 0) continue;
    const block = range.firstKept();
    if (block > 0) isWhole = false;
    if (block >= range.blocks) continue;
    kept = Math.min(kept, rowsBeforeBlock(ranges, range, Math.max(block, range.knownFrom)));
  }
  return isWhole || !Number.isFinite(kept) ? first : kept;
}

function rowsBeforeBlock(ranges: Ranges, range: RunRange, block: number): number {
  const timeUs = range.timeOf(block);
  let rows = range.rowsBefore(block);
  for (const other of ranges) {
    if (other !== range) rows += other.rowsBefore(Math.max(other.knownFrom, other.blockBefore(timeUs)));
  }
  return rows;
}

/** What has not been looked at in a range is not newer than this. */
export function horizonOf(range: RunRange): number {
  return range.isComplete ? Number.NEGATIVE_INFINITY : range.timeOf(range.knownFrom);
}

/** Rows of a range before a time, exactly. */
export async function rowsBeforeTime(range: RunRange, timeUs: number): Promise<number> {
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
