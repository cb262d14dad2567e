import { MicroError } from '../../../shared/contract/errors.ts';
import type {
  LogRow as WireRow,
  LogViewClientMessage,
  LogViewServerMessage,
} from '../../../shared/contract/logView.ts';
import { FetchedRows } from './FetchedRows.ts';
import { LivePace } from './livePace.ts';
import { LogRequests } from './LogRequests.ts';
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
import { dividerOf, rowOfPartial } from './socketRows.ts';
import { errorOf, queryOf } from './viewQuery.ts';

/** A log view on the server, over the window's {@link LogSocket}. */
export class SocketLogSource implements LogSource, LogSocketView {
  private readonly listeners = new Set<() => void>();
  private readonly requests: LogRequests;
  private readonly fetched: FetchedRows;
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
  private cached: LogExtent | undefined;

  constructor(
    private readonly socket: LogSocket,
    private readonly filter: LogFilter,
    private readonly pace: LivePace = new LivePace(),
  ) {
    this.view = socket.add(this);
    this.requests = new LogRequests(socket, this.view);
    this.fetched = new FetchedRows(({ from, to }) => {
      const request = socket.nextRequest();
      this.send({ type: 'rows', view: this.view, request, from, count: to - from });
      return request;
    });
  }

  close(): void {
    this.pace.drop();
    this.socket.remove(this.view);
    this.requests.failAll(new MicroError('server.unreachable', 'the log view was closed'));
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
    return row >= this.end ? this.partials[row - this.end] : this.fetched.cache.get(row);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  look(from: number, to: number): void {
    this.fetched.look(from, to, this.first, this.end);
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
    this.pace.drop();
    this.fetched.forgetRequests();
    this.status = 'connecting';
    this.send({ type: 'open', view: this.view, query: queryOf(this.filter), follow: this.following });
    this.changed();
  }

  handleLost(): void {
    this.status = 'lost';
    this.scanning = undefined;
    this.requests.failAll(new MicroError('server.unreachable', 'the connection to the server was lost'));
    this.fetched.forgetRequests();
    this.changed();
  }

  handleMessage(message: LogViewServerMessage): void {
    // Answers change no numbers; everything else is true after the live message that came before it.
    if (message.type === 'extent' || message.type === 'runs') this.pace.flush();
    switch (message.type) {
      case 'extent':
        this.begin();
        this.scanning = message.complete ? undefined : { scanned: message.scanned, total: message.total };
        this.resize(message.first, message.end);
        break;
      case 'live':
        this.pace.handleLive(
          () => this.takeLive(message),
          () => this.send({ type: 'ack', view: this.view }),
        );
        return;
      case 'rows':
        this.requests.handleAnswer(message);
        this.fetched.handleRows(message.request, message.rows);
        this.take(message.rows);
        break;
      case 'runs':
        for (const { service, run, facts } of message.runs) {
          this.fetched.cache.change(
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
        this.requests.handleAnswer(message);
        return;
    }
    this.changed();
  }

  find(from: number, direction: 1 | -1, target: FindTarget, signal: AbortSignal): Promise<number | undefined> {
    return this.requests.find(from, direction, target, signal);
  }

  rowAt(timeUs: number, signal: AbortSignal): Promise<number | undefined> {
    return this.requests.rowAt(timeUs, signal);
  }

  locate(address: LineAddress, signal: AbortSignal): Promise<number | undefined> {
    return this.requests.locate(address, signal);
  }

  search(search: LogSearch, report: (progress: SearchProgress) => void, signal: AbortSignal): Promise<void> {
    return this.requests.search(search, report, signal);
  }

  histogram(buckets: number, signal: AbortSignal): Promise<LogHistogram> {
    return this.requests.histogram(buckets, signal);
  }

  rows(from: number, to: number, signal: AbortSignal): Promise<readonly LogRow[]> {
    return this.requests.rows(from, to, signal);
  }

  text(from: number, to: number, format: TextFormat, signal: AbortSignal): AsyncIterable<string> {
    return this.requests.text(from, to, format, signal);
  }

  wholeText(row: number, signal: AbortSignal): Promise<string> {
    return this.requests.wholeText(row, signal);
  }

  private send(message: LogViewClientMessage): void {
    this.socket.send(message);
  }

  private fetch(): void {
    if (this.status === 'open') this.fetched.fetch(this.following ? this.liveEnd : Number.POSITIVE_INFINITY);
  }

  /** The first word of the server after an opening: rows have new numbers. */
  private begin(): void {
    this.status = 'open';
    this.problem = undefined;
    if (!this.isNew) return;
    this.isNew = false;
    this.fetched.clear();
    this.partials = [];
    this.liveEnd = Number.MIN_SAFE_INTEGER;
    this.generation += 1;
  }

  private takeLive(message: Extract<LogViewServerMessage, { type: 'live' }>): void {
    this.begin();
    this.resize(message.first, message.end);
    this.liveEnd = message.end;
    this.partials = message.partials.map(rowOfPartial);
    this.take(message.rows);
    this.changed();
  }

  private take(rows: readonly WireRow[]): void {
    this.fetched.put(rows);
    this.fetch();
  }

  private resize(first: number, end: number): void {
    if (first > this.first) this.fetched.cache.dropBefore(first);
    this.first = first;
    this.end = end;
  }

  private refuse(message: Extract<LogViewServerMessage, { type: 'error' }>): void {
    const error = errorOf(message);
    if (message.request === undefined) {
      this.problem = error;
    } else {
      this.fetched.forget(message.request);
      this.requests.fail(message.request, error);
    }
  }

  private changed(): void {
    this.cached = undefined;
    for (const listener of [...this.listeners]) listener();
  }
}
