import type { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';

/** Where reading has to begin in one run. */
export interface TailStart {
  source: RunSource;
  from: number;
}

/** The last matches of one run: numbers and times, newest first. */
interface LastMatches {
  records: number[];
  times: number[];
}

/**
 * Finds where the last `count` matching records of several runs begin. Runs are searched backwards from their ends, so the
 * cost depends on how far back the matches lie, not on the size of the log.
 */
export async function findTailStarts(
  sources: readonly RunSource[],
  filter: RecordFilter,
  range: { sinceUs: number; untilUs: number },
  count: number,
  signal: AbortSignal,
): Promise<TailStart[]> {
  const untilUs = range.untilUs > 0 ? range.untilUs : Number.POSITIVE_INFINITY;
  const single = sources[0];
  if (sources.length === 1 && single && filter.isEmpty && range.sinceUs === 0 && range.untilUs === 0) {
    return [{ source: single, from: Math.max(single.first, single.end - count) }];
  }
  // Newest runs first: when they give enough, runs that ended before all of these need no search.
  const byEnd = [...sources].sort((a, b) => b.lastUs - a.lastUs);
  const found = new Map<RunSource, LastMatches>();
  const newest = new NewestTimes(count);
  for (const source of byEnd) {
    if (newest.isFull && source.lastUs < newest.oldest) continue;
    found.set(source, await lastMatches(source, filter, range.sinceUs, untilUs, count, newest, signal));
  }
  const cutoffUs = newest.isFull ? newest.oldest : Number.NEGATIVE_INFINITY;
  // Several records may share the cutoff time: of these only as many as complete the count.
  let atCutoff = newest.countAtOldest;
  const starts: TailStart[] = [];
  for (const source of sources) {
    const matches = found.get(source);
    if (!matches) continue;
    let from = source.end;
    for (let i = 0; i < matches.records.length; i++) {
      const timeUs = matches.times[i] as number;
      if (timeUs < cutoffUs || (timeUs === cutoffUs && atCutoff-- <= 0)) break;
      from = matches.records[i] as number;
    }
    starts.push({ source, from });
  }
  return starts;
}

async function lastMatches(
  source: RunSource,
  filter: RecordFilter,
  sinceUs: number,
  untilUs: number,
  count: number,
  newest: NewestTimes,
  signal: AbortSignal,
): Promise<LastMatches> {
  const out: LastMatches = { records: [], times: [] };
  let before = untilUs < source.lastUs ? await source.recordAt(untilUs) : source.end;
  // Small at first: the last page of an unfiltered log lies in the last few kilobytes.
  let bytes = 64 * 1024;
  while (out.records.length < count) {
    signal.throwIfAborted();
    const stretch = await source.stretchBefore(before, bytes);
    bytes = Math.min(bytes * 4, 1024 * 1024);
    if (!stretch) break;
    const records: number[] = [];
    const times: number[] = [];
    let record = stretch.first;
    let oldest = Number.POSITIVE_INFINITY;
    if (!filter.mayFit(stretch.walker.bytes, stretch.flags)) {
      oldest = stretch.firstUs;
      record = before;
    }
    while (record < before && stretch.walker.next()) {
      const number = record++;
      oldest = Math.min(oldest, stretch.walker.timeUs);
      if (stretch.walker.timeUs < sinceUs || !filter.fits(stretch.walker)) continue;
      records.push(number);
      times.push(stretch.walker.timeUs);
    }
    for (let i = records.length - 1; i >= 0 && out.records.length < count; i--) {
      out.records.push(records[i] as number);
      out.times.push(times[i] as number);
      newest.add(times[i] as number);
    }
    before = stretch.first;
    if (before <= source.first || oldest < sinceUs || (newest.isFull && oldest < newest.oldest)) break;
  }
  return out;
}

/** Keeps the newest N of many times (a heap with the oldest of them on top). */
class NewestTimes {
  private readonly heap: number[] = [];

  constructor(private readonly size: number) {}

  get isFull(): boolean {
    return this.heap.length >= this.size;
  }

  get oldest(): number {
    return this.heap[0] ?? Number.NEGATIVE_INFINITY;
  }

  /** How many of the kept times are equal to the oldest. */
  get countAtOldest(): number {
    return this.heap.reduce((count, timeUs) => (timeUs === this.heap[0] ? count + 1 : count), 0);
  }

  add(timeUs: number): void {
    const { heap } = this;
    if (heap.length < this.size) {
      heap.push(timeUs);
      let i = heap.length - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if ((heap[parent] as number) <= (heap[i] as number)) break;
        [heap[parent], heap[i]] = [heap[i] as number, heap[parent] as number];
        i = parent;
      }
      return;
    }
    if (timeUs <= (heap[0] as number)) return;
    heap[0] = timeUs;
    let i = 0;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && (heap[child] as number) < (heap[least] as number)) least = child;
      }
      if (least === i) return;
      [heap[least], heap[i]] = [heap[i] as number, heap[least] as number];
      i = least;
    }
  }
}
