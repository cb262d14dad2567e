import {
  type LogRow,
  type LogViewClientMessage,
  type LogViewServerMessage,
  MAX_ROWS_PER_REQUEST,
  MAX_SEARCH_ROWS,
} from '../../../shared/contract/logView.ts';
import { RangeSender } from './rangeSender.ts';
import type { RowMaker } from './rowMaker.ts';
import { textPart } from './textPart.ts';
import { countPerBucket } from './viewHistogram.ts';
import type { ViewRows } from './viewRows.ts';
import { filterOf, ViewSearch } from './viewSearch.ts';

/** Time between two messages about the progress of a search, ms. */
const REPORT_PERIOD_MS = 100;
const MAX_BUCKETS = 2000;

/** A message that asks for an answer about the rows of a view. */
export type LogViewRequest = Exclude<LogViewClientMessage, { type: 'cancel' | 'open' | 'close' | 'follow' | 'ack' }>;
type RequestOf<T extends LogViewRequest['type']> = Extract<LogViewRequest, { type: T }>;

/** Answers the requests about one view. */
export class ViewAnswers {
  private readonly ranges: RangeSender;

  constructor(
    private readonly rows: ViewRows,
    private readonly maker: RowMaker,
    private readonly send: (message: LogViewServerMessage) => void,
    /** Resolves when older rows may have been found, and when the view ends. */
    private readonly whenGrown: () => Promise<void>,
  ) {
    this.ranges = new RangeSender(rows, send);
  }

  async answer(message: LogViewRequest, signal: AbortSignal): Promise<void> {
    const { view, request } = message;
    switch (message.type) {
      case 'rows': {
        const end = message.from + Math.min(message.count, MAX_ROWS_PER_REQUEST);
        const rows = await this.read(message.from, end, signal);
        this.send({ type: 'rows', view, request, from: message.from, rows });
        return;
      }
      case 'seek':
        this.send({ type: 'row', view, request, row: await this.seek(message.timeUs, signal) });
        return;
      case 'locate':
        this.send({ type: 'row', view, request, row: await this.locate(message, signal) });
        return;
      case 'find': {
        const search = new ViewSearch(this.rows, filterOf(message.pattern), this.whenGrown, signal);
        const row = await (message.direction === 1 ? search.after(message.from) : search.before(message.from));
        this.send({ type: 'row', view, request, row });
        return;
      }
      case 'search':
        return this.search(message, signal);
      case 'histogram': {
        const buckets = Math.max(1, Math.min(MAX_BUCKETS, Math.floor(message.buckets)));
        const complete = this.rows.isComplete;
        const bounds = { sinceUs: message.sinceUs, untilUs: message.untilUs };
        const found = await countPerBucket(this.rows, bounds, buckets, signal);
        this.send({ type: 'histogram', view, request, ...found, complete });
        return;
      }
      case 'text': {
        const { row, offset, bytes } = message;
        const part = await textPart(this.rows, row, { offset, bytes }, signal);
        this.send({ type: 'text', view, request, ...part });
        return;
      }
      case 'range':
        return this.ranges.send(message, signal);
    }
  }

  /** The client took a chunk of a range. */
  handleAck(request: number): void {
    this.ranges.handleAck(request);
  }

  /** The rows [from, end), as far as they are there. */
  async read(from: number, end: number, signal: AbortSignal): Promise<LogRow[]> {
    const out: LogRow[] = [];
    await this.rows.each(from, end, signal, (row, cursor) => {
      const made = this.maker.row(row, cursor);
      if (made) out.push(made);
      return false;
    });
    return out;
  }

  private async seek(timeUs: number, signal: AbortSignal): Promise<number | null> {
    for (;;) {
      const complete = this.rows.isComplete;
      const oldest = this.rows.first;
      const row = await this.rows.firstAt(timeUs, signal, () => true);
      // The oldest row known may have older ones before it that are late enough as well.
      if (complete || (row !== null && row > oldest)) return row;
      await this.whenGrown();
      signal.throwIfAborted();
    }
  }

  private async locate({ service, run, line }: RequestOf<'locate'>, signal: AbortSignal): Promise<number | null> {
    const range = this.rows.ranges.find(({ source }) => source.service === service && source.run === run);
    if (!range) return null;
    const record = await range.source.recordOfLine(line, signal);
    if (record === undefined) return null;
    while (!range.isComplete && record.number < range.recordOf(range.knownFrom)) {
      await this.whenGrown();
      signal.throwIfAborted();
    }
    const timeUs = range.effective(record.timeUs);
    return this.rows.firstAt(timeUs, signal, (cursor) => {
      if (cursor.timeUs > timeUs) return 'stop';
      return cursor.range === range && cursor.kind === 'record' && cursor.record === record.number;
    });
  }

  private async search(message: RequestOf<'search'>, signal: AbortSignal): Promise<void> {
    const { view, request } = message;
    const startedMs = performance.now();
    const { end } = this.rows;
    let rows: number[] = [];
    let count = 0;
    let scanned = 0;
    let reportedMs = Number.NEGATIVE_INFINITY;
    const report = (done: boolean): void => {
      const elapsedMs = Math.round(performance.now() - startedMs);
      const total = end - this.rows.first;
      this.send({ type: 'matches', view, request, rows, count, scanned, total, done, elapsedMs });
      rows = [];
      reportedMs = performance.now();
    };
    const search = new ViewSearch(this.rows, filterOf(message.pattern), this.whenGrown, signal);
    await search.all((found, looked) => {
      const room = Math.max(0, MAX_SEARCH_ROWS - count);
      rows = [...(found.length > room ? found.slice(found.length - room) : found), ...rows];
      count += found.length;
      scanned += looked;
      // The first matches at once: they are the nearest to where the reader is.
      if (performance.now() - reportedMs > REPORT_PERIOD_MS) report(false);
    });
    report(true);
  }
}
