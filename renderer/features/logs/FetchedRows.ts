import type { LogRow as WireRow } from '../../../shared/contract/logView.ts';
import type { LogRow } from './logRow.ts';
import { RowCache, type RowSpan } from './rowCache.ts';
import { goneRow, rowOfWire } from './socketRows.ts';

/** Rows fetched at a time, and so many beyond each edge of the screen: a page key finds its rows already here. */
const pageRows = 200;

/** Requests for rows under way at most; while the thumb is dragged only the newest place matters. */
const maxRowRequests = 3;

/** The rows near the screen that are here, and requests for the ones that are missing. */
export class FetchedRows {
  readonly cache = new RowCache();
  private readonly underWay = new Map<number, RowSpan>();
  private wanted: RowSpan = { from: 0, to: 0 };

  /** `request` asks for a span of rows; the result is the number of the request. */
  constructor(private readonly request: (span: RowSpan) => number) {}

  /** Says which rows are on the screen, of those that there are. */
  look(from: number, to: number, first: number, end: number): void {
    this.wanted = { from: Math.max(first, from - pageRows / 2), to: Math.min(end, to + pageRows / 2) };
    this.cache.lookAt(Math.floor((from + to) / 2));
  }

  /** Asks for what is missing of it before the row `end`. */
  fetch(end: number): void {
    const to = Math.min(this.wanted.to, end);
    for (const span of this.cache.missing({ from: this.wanted.from, to }, pageRows).reverse()) {
      if (this.underWay.size >= maxRowRequests) return;
      const isUnderWay = [...this.underWay.values()].some(({ from, to }) => from < span.to && span.from < to);
      if (!isUnderWay) this.underWay.set(this.request(span), span);
    }
  }

  /** An answer came; rows of it that there are none of (any more) are known to be gone. */
  handleRows(request: number, rows: readonly WireRow[]): void {
    const span = this.underWay.get(request);
    this.underWay.delete(request);
    if (!span) return;
    const present = new Set(rows.map(({ row }) => row));
    const gone: [number, LogRow][] = [];
    for (let row = span.from; row < span.to; row++) if (!present.has(row)) gone.push([row, goneRow]);
    // Asking again would bring the same answer, for ever.
    this.cache.put(gone);
  }

  put(rows: readonly WireRow[]): void {
    this.cache.put(rows.map((wire) => [wire.row, rowOfWire(wire)] as const));
  }

  /** The request was refused. */
  forget(request: number): void {
    this.underWay.delete(request);
  }

  /** No answer comes any more to what was asked. */
  forgetRequests(): void {
    this.underWay.clear();
  }

  /** Rows have new numbers. */
  clear(): void {
    this.cache.clear();
    this.underWay.clear();
  }
}
