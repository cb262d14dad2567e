/**
 * Traces that are remembered at least; twice as many at most. At a thousand requests a second those of the last ten seconds.
 */
const MIN_TRACES = 10_000;

/** Places of a table, a power of two. A third of them is used at most, so that a place is found at once. */
const PLACES = 32_768;

/**
 * The traces that a request through gateway or proxy was part of lately. What services tell of others belongs to none of these.
 *
 * Two tables of numbers, and no set of ids: thousands of new strings a second that all stay for a while are what the collection of
 * young objects has to carry about. A number of 52 bits stands for an id; that two have the same takes some ten million traces.
 */
export class RecentTraces {
  // Of two tables the older one is emptied whole: to take the oldest out of one costs more the more were taken before.
  private marks = new Float64Array(PLACES);
  private older = new Float64Array(PLACES);
  private used = 0;

  add(traceId: string): void {
    const mark = markOf(traceId);
    const place = placeOf(this.marks, mark);
    if (this.marks[place] === mark) return;
    this.marks[place] = mark;
    if (++this.used < MIN_TRACES) return;
    [this.marks, this.older] = [this.older, this.marks];
    this.marks.fill(0);
    this.used = 0;
  }

  has(traceId: string): boolean {
    const mark = markOf(traceId);
    return [this.marks, this.older].some((marks) => marks[placeOf(marks, mark)] === mark);
  }
}

/** A number from 1 to 2^52 of all characters of a text (FNV-1a, twice, with different beginnings and ends). */
function markOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x2545f491;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 13;
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12) + 1;
}

/** Where a mark stands, or the free place that it would take. */
function placeOf(marks: Float64Array, mark: number): number {
  // The upper hash, of which the bitwise operator takes the lowest digits.
  let place = (mark / 2 ** 20) & (PLACES - 1);
  while (marks[place] !== 0 && marks[place] !== mark) place = (place + 1) & (PLACES - 1);
  return place;
}
