import { MergeHeap } from './mergeHeap.ts';
import { RangeCursor } from './rangeCursor.ts';
import type { RunRange } from './runRange.ts';

/** Is called for each row; true ends the walk. */
export type VisitRow = (row: number, cursor: RangeCursor) => boolean;

/**
 * Visits the rows of several runs, merged by time, from one block of each run on. The blocks decide which number the first
 * row has; they must be such that nothing before them comes after it. Reads up to `maxBytes` of a run at a time.
 */
export async function walkRows(
  ranges: readonly RunRange[],
  blocks: readonly number[],
  maxBytes: number,
  signal: AbortSignal,
  visit: VisitRow,
): Promise<void> {
  let row = 0;
  const heap = new MergeHeap<RangeCursor>(comesBefore);
  ranges.slice(0, blocks.length).forEach((range, i) => {
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

function comesBefore(a: RangeCursor, b: RangeCursor): boolean {
  return a.timeUs !== b.timeUs ? a.timeUs < b.timeUs : a.range.order < b.range.order;
}
