import type { LogRow } from './logRow.ts';

/** A stretch of rows: `from` to `to` (exclusive). */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/** What a cache may hold. */
export interface RowCacheLimits {
  readonly maxRows: number;
  /** Text in UTF-16 units: few very long rows count like many short ones. */
  readonly maxTextLength: number;
}

/** Some twenty screens of rows and no more than about 16 MB: scrolling back and forth asks for nothing twice. */
export const standardLimits: RowCacheLimits = { maxRows: 4000, maxTextLength: 8 * 1024 * 1024 };

/** What is kept when it is full: the next portions then find room without sorting everything again. */
const keptPart = 0.75;

function weight(row: LogRow): number {
  return row.text.length;
}

/**
 * The rows near the screen. It never grows with the log: when full, what is farthest from the place that was looked at last
 * is dropped.
 */
export class RowCache {
  private readonly rows = new Map<number, LogRow>();
  private textLength = 0;
  private focus = 0;

  constructor(private readonly limits: RowCacheLimits = standardLimits) {}

  get size(): number {
    return this.rows.size;
  }

  get(row: number): LogRow | undefined {
    return this.rows.get(row);
  }

  /** Takes rows with their numbers. */
  put(rows: Iterable<readonly [number, LogRow]>): void {
    for (const [number, row] of rows) {
      const before = this.rows.get(number);
      if (before) this.textLength -= weight(before);
      this.rows.set(number, row);
      this.textLength += weight(row);
    }
    this.shrink();
  }

  /** Replaces the rows that `fits` by what `make` makes of them. */
  change(fits: (row: LogRow) => boolean, make: (row: LogRow) => LogRow): void {
    for (const [number, row] of this.rows) if (fits(row)) this.rows.set(number, make(row));
  }

  /** Says where the reader is; decides what is dropped first. */
  lookAt(row: number): void {
    this.focus = row;
  }

  /** Forgets rows before `first`: they are gone from the disk as well. */
  dropBefore(first: number): void {
    for (const row of this.rows.keys()) if (row < first) this.remove(row);
  }

  clear(): void {
    this.rows.clear();
    this.textLength = 0;
  }

  /** The stretches of `span` that are not here, each at most `maxSpan` long. */
  missing(span: RowSpan, maxSpan: number): RowSpan[] {
    const spans: RowSpan[] = [];
    let from = -1;
    for (let row = span.from; row <= span.to; row++) {
      const wanted = row < span.to && !this.rows.has(row);
      if (wanted && from < 0) from = row;
      if (from >= 0 && (!wanted || row - from === maxSpan)) {
        spans.push({ from, to: row });
        from = wanted ? row : -1;
      }
    }
    return spans;
  }

  private remove(row: number): void {
    const before = this.rows.get(row);
    if (!before) return;
    this.textLength -= weight(before);
    this.rows.delete(row);
  }

  private isOver(part: number): boolean {
    return this.rows.size > this.limits.maxRows * part || this.textLength > this.limits.maxTextLength * part;
  }

  private shrink(): void {
    if (!this.isOver(1)) return;
    const farthestFirst = [...this.rows.keys()].sort((a, b) => Math.abs(b - this.focus) - Math.abs(a - this.focus));
    for (const row of farthestFirst) {
      if (!this.isOver(keptPart) || row === this.focus) break;
      this.remove(row);
    }
  }
}
