import { MicroError } from '../../../shared/contract/errors.ts';
import {
  type LogViewClientMessage,
  type LogViewServerMessage,
  MAX_ROWS_PER_REQUEST,
} from '../../../shared/contract/logView.ts';
import type { LogSocket } from './LogSocket.ts';
import type { LogRow } from './logRow.ts';
import type { FindTarget, LineAddress, LogHistogram, LogSearch, SearchProgress, TextFormat } from './logSource.ts';
import { PendingRequests } from './PendingRequests.ts';
import { rowOfWire } from './socketRows.ts';
import { searchFields } from './viewQuery.ts';

/** Bytes of a long line fetched at a time. */
const textBytes = 1024 * 1024;

/** What one view asks the server, and the answers. Each question ends when its signal aborts. */
export class LogRequests {
  private readonly pending: PendingRequests;

  constructor(
    private readonly socket: LogSocket,
    private readonly view: number,
  ) {
    this.pending = new PendingRequests((request) => socket.send({ type: 'cancel', request }));
  }

  /** An answer came; one that nobody waits for is dropped. */
  handleAnswer(message: LogViewServerMessage & { request: number }): void {
    this.pending.resolve(message.request, message);
  }

  fail(request: number, error: Error): void {
    this.pending.fail(request, error);
  }

  failAll(error: Error): void {
    this.pending.failAll(error);
  }

  find(from: number, direction: 1 | -1, target: FindTarget, signal: AbortSignal): Promise<number | undefined> {
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

  histogram(buckets: number, signal: AbortSignal): Promise<LogHistogram> {
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
      this.socket.send({ type: 'ack', view: this.view, request });
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

  private async *ask<T extends LogViewServerMessage['type']>(
    build: (request: number) => LogViewClientMessage,
    type: T,
    signal: AbortSignal,
  ): AsyncGenerator<Extract<LogViewServerMessage, { type: T }>> {
    const request = this.socket.nextRequest();
    const replies = this.pending.expect(request, signal);
    this.socket.send(build(request));
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
}
