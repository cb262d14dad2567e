import { MicroError, type ErrorCode, errorCatalogue } from '../../../shared/contract/errors.ts';
import {
  type LogRow as WireRow,
  type LogViewClientMessage,
  type LogViewQuery,
  type LogViewServerMessage,
  MAX_ROWS_PER_REQUEST,
} from '../../../shared/contract/logView.ts';
import { LivePace } from './livePace.ts';
import type { LogSocket, LogSocketView } from './LogSocket.ts';
import type { LogLine, LogRow } from './logRow.ts';
import type {
  FindTarget,
  LineAddress,
  LogExtent,
  LogFilter,
  LogHistogram,
  LogSearch,
  LogSource,
  SearchProgress,
  TextFormat,
} from './logSource.ts';
import { PendingRequests } from './PendingRequests.ts';
import { RowCache, type RowSpan } from './rowCache.ts';
import { dividerOf, goneRow, rowOfPartial, rowOfWire } from './socketRows.ts';

/** Rows fetched at a time, and so many beyond each edge of the screen: a page key finds its rows already here. */
const pageRows = 200;

/** Requests for rows under way at most; while the thumb is dragged only the newest place matters. */
const maxRowRequests = 3;

/** Bytes of a long line fetched at a time. */
const textBytes = 1024 * 1024;

function searchFields(search: LogSearch): { text?: string; regex?: string; caseSensitive: boolean } {
  return search.regex
    ? { regex: search.pattern, caseSensitive: search.caseSensitive }
    : { text: search.pattern, caseSensitive: search.caseSensitive };
}

/** The query a filter stands for. Exported for tests. */
export function queryOf(filter: LogFilter): LogViewQuery {
  return {
    services: [...filter.services],
    dividers: true,
    ...(filter.run === 0 ? {} : { run: filter.run }),
    ...(filter.sinceUs === 0 ? {} : { sinceUs: filter.sinceUs }),
    ...(filter.untilUs === 0 ? {} : { untilUs: filter.untilUs }),
    ...(filter.levels.length === 0 ? {} : { levels: [...filter.levels] }),
    ...(filter.stream === '' ? {} : { streams: [filter.stream] }),
    ...(filter.search === undefined ? {} : searchFields(filter.search)),
  };
}

function errorOf(message: { code: string; message: string; next?: string | undefined }): MicroError {
  const code = message.code in errorCatalogue ? (message.code as ErrorCode) : 'internal.bug';
  return new MicroError(code, message.message, message.next === undefined ? {} : { next: message.next });
}

/** A log view on the server, over the window's {@link LogSocket}. */
export class SocketLogSource implements LogSource, LogSocketView {
  private readonly cache = new RowCache();
  private readonly listeners = new Set<() => void>();
  private readonly pending: PendingRequests;
  private readonly fetching = new Map<number, RowSpan>();
  private readonly view: number;
  private generation = 0;
  /** The view was opened anew; the next message numbers its rows anew. */
  private isNew = true;
  private first = 0;
  private end = 0;
  private partials: LogLine[] = [];
  private status: LogExtent['status'] = 'connecting';
  private scanning: LogExtent['scanning'];
  private problem: LogExtent['problem'];
  private following = true;
  /** Where the last live message ended: what comes after it is on its way and need not be asked for. */
  private liveEnd = Number.MIN_SAFE_INTEGER;
  private wanted: RowSpan = { from: 0, to: 0 };
  private cached: LogExtent | undefined;

  constructor(
    private readonly socket: LogSocket,
    private readonly filter: LogFilter,
    private readonly pace: LivePace = new LivePace(),
  ) {
    this.view = socket.add(this);
    this.pending = new PendingRequests((request) => socket.send({ type: 'cancel', request }));
  }

  close(): void {
    this.socket.remove(this.view);
    this.pending.failAll(new MicroError('server.unreachable', 'the log view was closed'));
    this.listeners.clear();
  }

  extent(): LogExtent {
    this.cached ??= {
      generation: this.generation,
      first: this.first,
      end: this.end + this.partials.length,
      status: this.status,
      scanning: this.scanning,
      problem: this.problem,
    };
    return this.cached;
  }

  row(row: number): LogRow | undefined {
    return row >= this.end ? this.partials[row - this.end] : this.cache.get(row);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  look(from: number, to: number): void {
    this.wanted = {
      from: Math.max(this.first, from - pageRows / 2),
      to: Math.min(this.end, to + pageRows / 2),
    };
    this.cache.lookAt(Math.floor((from + to) / 2));
    this.fetch();
  }

  follow(on: boolean): void {
    if (on === this.following) return;
    this.following = on;
    if (on) this.pace.hurry();
    this.send({ type: 'follow', view: this.view, on });
  }

  handleOpen(): void {
    // What was there stays in view until the server says what there is now.
    this.isNew = true;
    this.fetching.clear();
    this.status = 'connecting';
    this.send({ type: 'open', view: this.view, query: queryOf(this.filter), follow: this.following });
    this.changed();
  }

  handleLost(): void {
    this.status = 'lost';
    this.scanning = undefined;
    this.pending.failAll(new MicroError('server.unreachable', 'the connection to the server was lost'));
    this.fetching.clear();
    this.changed();
  }

  handleMessage(message: LogViewServerMessage): void {
    switch (message.type) {
      case 'extent':
        this.begin();
        this.scanning = message.complete ? undefined : { scanned: message.scanned, total: message.total };
        this.resize(message.first, message.end);
        break;
      case 'live':
        this.pace.handleLive(() => this.send({ type: 'ack', view: this.view }));
        this.begin();
        this.resize(message.first, message.end);
        this.liveEnd = message.end;
        this.partials = message.partials.map(rowOfPartial);
        this.take(message.rows);
        break;
      case 'rows':
        this.pending.resolve(message.request, message);
        this.handleRows(message);
        break;
      case 'runs':
        for (const { service, run, facts } of message.runs) {
          this.cache.change(
            (row) => row.kind === 'divider' && row.service === service && row.run === run,
            (row) => dividerOf(service, run, row.timeUs, facts),
          );
        }
        break;
      case 'error':
        this.refuse(message);
        break;
      case 'row':
      case 'matches':
      case 'histogram':
      case 'text':
      case 'chunk':
        this.pending.resolve(message.request, message);
        return;
    }
    this.changed();
  }

  async find(from: number, direction: 1 | -1, target: FindTarget, signal: AbortSignal): Promise<number | undefined> {
    const pattern = 'levels' in target ? { levels: [...target.levels] } : searchFields(target.search);
    return this.askRow((request) => ({ type: 'find', view: this.view, request, from, direction, pattern }), signal);
  }

  rowAt(timeUs: number, signal: AbortSignal): Promise<number | undefined> {
    return this.askRow((request) => ({ type: 'seek', view: this.view, request, timeUs }), signal);
  }

  locate(address: LineAddress, signal: AbortSignal): Promise<number | undefined> {
    return this.askRow((request) => ({ type: 'locate', view: this.view, request, ...address }), signal);
  }

  async search(search: LogSearch, report: (progress: SearchProgress) => void, signal: AbortSignal): Promise<void> {
    const pattern = searchFields(search);
    const rows: number[] = [];
    const replies = this.ask((request) => ({ type: 'search', view: this.view, request, pattern }), 'matches', signal);
    for await (const reply of replies) {
      rows.push(...reply.rows);
      const { count, scanned, total, done, elapsedMs } = reply;
      report({ rows: [...rows].sort((a, b) => a - b), count, scanned, total, done, elapsedMs });
      if (done) return;
    }
  }

  async histogram(buckets: number, signal: AbortSignal): Promise<LogHistogram> {
    return this.askOnce((request) => ({ type: 'histogram', view: this.view, request, buckets }), 'histogram', signal);
  }

  async rows(from: number, to: number, signal: AbortSignal): Promise<readonly LogRow[]> {
    const count = Math.min(to - from, MAX_ROWS_PER_REQUEST);
    const reply = await this.askOnce(
      (request) => ({ type: 'rows', view: this.view, request, from, count }),
      'rows',
      signal,
    );
    return reply.rows.map(rowOfWire);
  }

  async *text(from: number, to: number, format: TextFormat, signal: AbortSignal): AsyncGenerator<string> {
    let request = 0;
    const build = (id: number): LogViewClientMessage => {
      request = id;
      return { type: 'range', view: this.view, request: id, first: from, end: to, format };
    };
    for await (const chunk of this.ask(build, 'chunk', signal)) {
      yield chunk.text;
      if (chunk.done) return;
      this.send({ type: 'ack', view: this.view, request });
    }
  }

  async wholeText(row: number, signal: AbortSignal): Promise<string> {
    let text = '';
    let offset = 0;
    for (;;) {
      const at = offset;
      const reply = await this.askOnce(
        (request) => ({ type: 'text', view: this.view, request, row, offset: at, bytes: textBytes }),
        'text',
        signal,
      );
      text += reply.text;
      if (reply.next >= reply.trueBytes || reply.next <= offset) return text;
      offset = reply.next;
    }
  }

  private send(message: LogViewClientMessage): void {
    this.socket.send(message);
  }

  private async *ask<T extends LogViewServerMessage['type']>(
    build: (request: number) => LogViewClientMessage,
    type: T,
    signal: AbortSignal,
  ): AsyncGenerator<Extract<LogViewServerMessage, { type: T }>> {
    const request = this.socket.nextRequest();
    const replies = this.pending.expect(request, signal);
    this.send(build(request));
    for await (const reply of replies) {
      if (reply.type === type) yield reply as Extract<LogViewServerMessage, { type: T }>;
    }
  }

  private async askOnce<T extends LogViewServerMessage['type']>(
    build: (request: number) => LogViewClientMessage,
    type: T,
    signal: AbortSignal,
  ): Promise<Extract<LogViewServerMessage, { type: T }>> {
    for await (const reply of this.ask(build, type, signal)) return reply;
    throw new MicroError('server.unreachable', 'the log view ended before it was answered');
  }

  private async askRow(
    build: (request: number) => LogViewClientMessage,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    return (await this.askOnce(build, 'row', signal)).row ?? undefined;
  }

  private fetch(): void {
    if (this.status !== 'open') return;
    const to = this.following ? Math.min(this.wanted.to, this.liveEnd) : this.wanted.to;
    for (const span of this.cache.missing({ from: this.wanted.from, to }, pageRows).reverse()) {
      if (this.fetching.size >= maxRowRequests) return;
      const isUnderWay = [...this.fetching.values()].some(({ from, to }) => from < span.to && span.from < to);
      if (isUnderWay) continue;
      const request = this.socket.nextRequest();
      this.fetching.set(request, span);
      this.send({ type: 'rows', view: this.view, request, from: span.from, count: span.to - span.from });
    }
  }

  /** The first word of the server after an opening: rows have new numbers. */
  private begin(): void {
    this.status = 'open';
    this.problem = undefined;
    if (!this.isNew) return;
    this.isNew = false;
    this.cache.clear();
    this.fetching.clear();
    this.partials = [];
    this.liveEnd = Number.MIN_SAFE_INTEGER;
    this.generation += 1;
  }

  private handleRows(message: Extract<LogViewServerMessage, { type: 'rows' }>): void {
    const span = this.fetching.get(message.request);
    this.fetching.delete(message.request);
    if (span) {
      const present = new Set(message.rows.map(({ row }) => row));
      const gone: [number, LogRow][] = [];
      for (let row = span.from; row < span.to; row++) if (!present.has(row)) gone.push([row, goneRow]);
      // Asking again would bring the same answer, for ever.
      this.cache.put(gone);
    }
    this.take(message.rows);
  }

  private take(rows: readonly WireRow[]): void {
    this.cache.put(rows.map((wire) => [wire.row, rowOfWire(wire)] as const));
    this.fetch();
  }

  private resize(first: number, end: number): void {
    if (first > this.first) this.cache.dropBefore(first);
    this.first = first;
    this.end = end;
  }

  private refuse(message: Extract<LogViewServerMessage, { type: 'error' }>): void {
    const error = errorOf(message);
    if (message.request === undefined) {
      this.problem = error;
    } else {
      this.fetching.delete(message.request);
      this.pending.fail(message.request, error);
    }
  }

  private changed(): void {
    this.cached = undefined;
    for (const listener of [...this.listeners]) listener();
  }
}
