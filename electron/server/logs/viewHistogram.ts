import type { ViewRows } from './viewRows.ts';
import type { RunRange } from './runRange.ts';

/** Buckets of equal length; of each all, warnings and errors. */
export interface HistogramCounts {
  startUs: number;
  bucketUs: number;
  counts: [number, number, number][];
}

/**
 * Counts the rows of a view per bucket of time. Blocks that lie within one bucket are taken from what is counted already;
 * only those on a border between two are read.
 */
export async function countPerBucket(
  rows: ViewRows,
  bounds: { sinceUs: number | undefined; untilUs: number | undefined },
  buckets: number,
  signal: AbortSignal,
): Promise<HistogramCounts> {
  const ranges = rows.ranges.filter((range) => range.blocks > 0);
  // A block may begin before the view does, and a run goes on behind its end: the view's own times are the narrower ones.
  const oldestUs = Math.min(...ranges.map((range) => range.timeOf(range.knownFrom)));
  const newestUs = Math.max(...ranges.map((range) => range.lastUs));
  const startUs = bounds.sinceUs ?? Math.max(rows.options.sinceUs, oldestUs);
  const untilUs = bounds.untilUs ?? Math.min(rows.options.untilUs || Number.POSITIVE_INFINITY, newestUs + 1);
  const counts = Array.from({ length: buckets }, (): [number, number, number] => [0, 0, 0]);
  if (!Number.isFinite(startUs) || !Number.isFinite(untilUs)) return { startUs: 0, bucketUs: 1, counts };
  const bucketUs = Math.max(1, Math.ceil((untilUs - startUs) / buckets));
  const bucketOf = (timeUs: number): number => Math.floor((timeUs - startUs) / bucketUs);
  for (const range of ranges) {
    let block = Math.max(range.knownFrom, range.blockBefore(startUs));
    for (; block < range.blocks && range.timeOf(block) < untilUs; block++) {
      if (range.rowsIn(block) === 0) continue;
      const first = bucketOf(range.timeOf(block));
      const last = bucketOf(block + 1 < range.blocks ? range.timeOf(block + 1) : range.lastUs);
      if (first === last) add(counts[first], range.countsOf(block));
      else {
        signal.throwIfAborted();
        await countBlock(range, block, (timeUs) => counts[bucketOf(timeUs)]);
      }
    }
  }
  return { startUs, bucketUs, counts };
}

function add(bucket: [number, number, number] | undefined, counts: readonly [number, number, number]): void {
  if (!bucket) return;
  bucket[0] += counts[0];
  bucket[1] += counts[1];
  bucket[2] += counts[2];
}

async function countBlock(
  range: RunRange,
  block: number,
  bucketOf: (timeUs: number) => [number, number, number] | undefined,
): Promise<void> {
  const { walker } = await range.readFrom(block, block + 1, 0);
  if (!walker) return;
  const { from, to, filter } = range.options;
  const end = Math.min(to, range.recordOf(block + 1));
  for (let record = range.recordOf(block); record < end && walker.next(); record++) {
    if (record < from || !filter.fits(walker)) continue;
    add(bucketOf(range.effective(walker.timeUs)), [1, Number(walker.level === 4), Number(walker.level > 4)]);
  }
}
