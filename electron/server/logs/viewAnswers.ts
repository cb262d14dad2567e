import {
  type LogRow,
  type LogViewClientMessage,
  type LogViewServerMessage,
  MAX_ROWS_PER_REQUEST,
  MAX_SEARCH_ROWS,
} from '../../../shared/contract/logView.ts';
import { PART_HEADER_BYTES } from './partSpool.ts';
import { exportLine, type RowMaker } from './rowMaker.ts';
import { readRange } from './segmentReader.ts';
import { countPerBucket } from './viewHistogram.ts';
import type { ViewRows } from './viewRows.ts';
import { filterOf, ViewSearch } from './viewSearch.ts';

/** Time between two messages about the progress of a search, ms. */
const REPORT_PERIOD_MS = 100;
/** Characters of a chunk of text, and chunks without an acknowledgement. */
const CHUNK_CHARS = 256 * 1024;
const MAX_UNACKNOWLEDGED = 2;
/** Bytes of one text request at most. */
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_BUCKETS = 2000;

/** A message that asks for an answer about the rows of a view. */
export type LogViewRequest = Exclude<LogViewClientMessage, { type: 'cancel' | 'open' | 'close' | 'follow' | 'ack' }>;
type RequestOf<T extends LogViewRequest['type']> = Extract<LogViewRequest, { type: T }>;

/** Answers the requests about one view. */
export class ViewAnswers {
  private readonly acks = new Map<number, { waiting: number; wake: (() => void) | undefined }>();

  constructor(
    private readonly rows: ViewRows,
    private readonly maker: RowMaker,
    private readonly send: (message: LogViewServerMessage) => void,
    /** Resolves when older rows may have been found, and when the view ends. */
    private readonly whenGrown: () => Promise<void>,
  ) {}

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
      case 'text':
        return this.text(message, signal);
      case 'range':
        return this.range(message, signal);
    }
  }

  /** The client took a chunk of a range. */
  handleAck(request: number): void {
    const ack = this.acks.get(request);
    if (!ack) return;
    ack.waiting--;
    ack.wake?.();
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

  private async text(message: RequestOf<'text'>, signal: AbortSignal): Promise<void> {
    const { view, request, row } = message;
    let bytes: Buffer = Buffer.alloc(0);
    let trueBytes = 0;
    let longPath: string | undefined;
    await this.rows.each(row, row + 1, signal, (_row, { kind, walker, range }) => {
      if (kind !== 'record') return true;
      trueBytes = walker.trueBytes() || walker.textEnd - walker.textStart;
      if (walker.trueBytes() > 0) longPath = range.source.longPath(walker.line);
      bytes = walker.bytes.subarray(walker.textStart, walker.textEnd);
      return true;
    });
    const offset = Math.max(0, Math.floor(message.offset));
    const wanted = Math.max(4, Math.min(MAX_TEXT_BYTES, Math.floor(message.bytes)));
    let part = bytes.subarray(offset, offset + wanted);
    if (longPath && offset + wanted > bytes.length) {
      const length = Math.min(wanted, trueBytes - offset);
      part = await readRange(longPath, PART_HEADER_BYTES + offset, length).catch(() => part);
    }
    const length = offset + part.length < trueBytes ? wholeCharacters(part) : part.length;
    const next = length === 0 ? trueBytes : offset + length;
    this.send({ type: 'text', view, request, text: part.toString('utf8', 0, length), offset, next, trueBytes });
  }

  private async range(message: RequestOf<'range'>, signal: AbortSignal): Promise<void> {
    const { view, request, format } = message;
    const ack = { waiting: 0, wake: undefined as (() => void) | undefined };
    this.acks.set(request, ack);
    const wakeUp = (): void => ack.wake?.();
    signal.addEventListener('abort', wakeUp);
    try {
      const end = Math.min(message.end, this.rows.end);
      let from = Math.max(message.first, this.rows.first);
      do {
        let text = '';
        let next = end;
        await this.rows.each(from, end, signal, (row, { kind, range, walker }) => {
          if (kind === 'record') text += exportLine(format, range.source, walker);
          next = row + 1;
          return text.length >= CHUNK_CHARS;
        });
        while (ack.waiting >= MAX_UNACKNOWLEDGED && !signal.aborted) {
          await new Promise<void>((resolve) => {
            ack.wake = resolve;
          });
        }
        if (signal.aborted) return;
        from = next;
        ack.waiting++;
        this.send({ type: 'chunk', view, request, text, next, done: next >= end });
      } while (from < end);
    } finally {
      signal.removeEventListener('abort', wakeUp);
      this.acks.delete(request);
    }
  }
}

/** Bytes up to the last whole character: a cut one goes with the next stretch. */
function wholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  let back = 0;
  while (back < 3 && ((bytes[length - 1 - back] ?? 0) & 0xc0) === 0x80) back++;
  const lead = bytes[length - 1 - back] ?? 0;
  const needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return needs > back + 1 ? length - back - 1 : length;
}
