import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LivePace } from '../../../renderer/features/logs/livePace.ts';
import { LogSocket } from '../../../renderer/features/logs/LogSocket.ts';
import type { LogFilter } from '../../../renderer/features/logs/logSource.ts';
import { SocketLogSource } from '../../../renderer/features/logs/SocketLogSource.ts';
import { queryOf } from '../../../renderer/features/logs/viewQuery.ts';
import type { LogRecordRow, LogViewExtent } from '../../../shared/contract/logView.ts';
import { FakeFrameClock } from '../../helpers/fakes/fakeFrameClock.ts';
import { type FakeLogSocket, FakeLogSockets } from '../../helpers/fakes/fakeLogSocket.ts';

const everything: LogFilter = { services: [], run: 0, sinceUs: 0, untilUs: 0, levels: [], stream: '' };

function line(row: number, text = `line ${row}`): LogRecordRow {
  return { row, timeUs: row * 1000, service: 'orders', run: 1, line: row + 1, stream: 'stdout', level: '', text };
}

const lines = (from: number, to: number): LogRecordRow[] =>
  Array.from({ length: to - from }, (_, index) => line(from + index));

function extent(end: number, change: Partial<LogViewExtent> = {}): LogViewExtent {
  return { type: 'extent', view: 1, first: 0, end, scanned: end, total: end, complete: true, ...change };
}

/** Lets messages that are under way arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a log view over a socket', () => {
  let sockets: FakeLogSockets;
  let socket: LogSocket;
  let source: SocketLogSource;
  let clock: FakeFrameClock;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    sockets = new FakeLogSockets();
    socket = new LogSocket(sockets.open);
    clock = new FakeFrameClock();
    source = new SocketLogSource(socket, everything, new LivePace(clock));
  });
  afterEach(() => {
    source.close();
    vi.useRealTimers();
  });

  async function opened(end: number): Promise<FakeLogSocket> {
    sockets.last.accept();
    sockets.last.say(extent(end));
    await settle();
    return sockets.last;
  }

  it('opens the view when the connection is there, and says how far the log reaches', async () => {
    expect(source.extent().status).toBe('connecting');
    const { sent } = await opened(10_000_000);
    expect(sent).toEqual([{ type: 'open', view: 1, query: { services: [], dividers: true }, follow: true }]);
    expect(source.extent()).toMatchObject({ status: 'open', first: 0, end: 10_000_000, generation: 1 });
  });

  it('asks for what is on the screen and a page around it, and never for what is here or under way', async () => {
    const last = await opened(10_000_000);
    source.follow(false);
    source.look(5_000_000, 5_000_040);
    const rows = last.sent.filter((message) => message.type === 'rows');
    expect(rows.map(({ from, count }) => [from, from + count])).toEqual([
      [5_000_100, 5_000_140],
      [4_999_900, 5_000_100],
    ]);
    source.look(5_000_000, 5_000_040);
    expect(last.sent.filter((message) => message.type === 'rows')).toHaveLength(2);
    for (const { request, from, count } of rows) {
      last.say({ type: 'rows', view: 1, request, from, rows: lines(from, from + count) });
    }
    await settle();
    expect(source.row(5_000_020)).toMatchObject({ text: 'line 5000020' });
    source.look(5_000_000, 5_000_040);
    expect(last.sent.filter((message) => message.type === 'rows')).toHaveLength(2);
  });

  it('what follows the end is sent by itself and not asked for', async () => {
    const last = await opened(100);
    source.look(60, 100);
    expect(last.lastSent('rows')).toBeUndefined();
    last.say({ type: 'live', view: 1, first: 0, end: 100, rows: lines(80, 100), partials: [] });
    await settle();
    expect(last.sent.flatMap((message) => (message.type === 'rows' ? [[message.from, message.count]] : []))).toEqual([
      [0, 80],
    ]);
  });

  it('a row that is no longer stored is shown as removed and not asked for again', async () => {
    const last = await opened(50);
    source.follow(false);
    source.look(0, 50);
    const request = last.lastSent('rows')?.request ?? -1;
    last.say({ type: 'rows', view: 1, request, from: 0, rows: lines(20, 50) });
    await settle();
    expect(source.row(19)?.kind).toBe('gone');
    expect(source.row(20)).toMatchObject({ text: 'line 20' });
    source.look(0, 50);
    expect(last.sent.filter((message) => message.type === 'rows')).toHaveLength(1);
  });

  it('live rows are there at once and acknowledged; unfinished lines stand below the last row', async () => {
    const last = await opened(100);
    const { service, run, stream, timeUs } = line(0);
    const partials = [{ service, run, stream, timeUs, line: 103, text: 'Password: ' }];
    last.say({ type: 'live', view: 1, first: 0, end: 102, rows: lines(90, 102), partials });
    await settle();
    expect(source.extent().end).toBe(103);
    expect(source.row(101)).toMatchObject({ text: 'line 101', partial: false });
    expect(source.row(102)).toMatchObject({ text: 'Password: ', partial: true });
    // The next ones are asked for once these have been drawn, after a rest.
    expect(last.lastSent('ack')).toBeUndefined();
    clock.draw();
    clock.finishWaits();
    expect(last.lastSent('ack')).toEqual({ type: 'ack', view: 1 });
    last.say({ type: 'live', view: 1, first: 0, end: 103, rows: [line(102, 'Password: ok')], partials: [] });
    await settle();
    expect(source.extent().end).toBe(103);
    expect(source.row(102)).toMatchObject({ text: 'Password: ok', partial: false });
  });

  it('a divider says more once the run has ended', async () => {
    const last = await opened(1);
    const divider = { cause: 'started by you', instance: 'orders-1', startedAt: 0 };
    source.look(0, 1);
    const request = last.lastSent('rows')?.request ?? -1;
    const row = { row: 0, timeUs: 0, service: 'orders', run: 1, divider };
    last.say({ type: 'rows', view: 1, request, from: 0, rows: [row] });
    await settle();
    expect(source.row(0)).toMatchObject({ kind: 'divider', failed: false });
    const facts = { ...divider, endedAt: 2000, outcome: 'exit 2', failed: true };
    last.say({ type: 'runs', view: 1, runs: [{ service: 'orders', run: 1, facts }] });
    await settle();
    expect(source.row(0)).toMatchObject({ kind: 'divider', failed: true });
    expect(source.row(0)?.text).toContain('exit 2 after 2 s');
  });

  it('a lost connection keeps what is shown, fails what is asked, and is tried again with growing pauses', async () => {
    const last = await opened(100);
    last.say({ type: 'live', view: 1, first: 0, end: 100, rows: lines(80, 100), partials: [] });
    await settle();
    const asked = source.rowAt(5, new AbortController().signal);
    last.breakOff();
    await expect(asked).rejects.toMatchObject({ code: 'server.unreachable' });
    expect(source.extent()).toMatchObject({ status: 'lost', end: 100, generation: 1 });
    expect(source.row(99)).toMatchObject({ text: 'line 99' });
    vi.advanceTimersByTime(300);
    expect(sockets.opened).toHaveLength(2);
    sockets.last.breakOff();
    vi.advanceTimersByTime(300);
    expect(sockets.opened).toHaveLength(2);
    vi.advanceTimersByTime(300);
    expect(sockets.opened).toHaveLength(3);
    sockets.last.accept();
    expect(source.row(99)).toMatchObject({ text: 'line 99' });
    sockets.last.say(extent(7));
    await settle();
    expect(source.extent()).toMatchObject({ status: 'open', end: 7, generation: 2 });
    expect(source.row(6)).toBeUndefined();
  });

  it('a search tells its progress and is called off at the server when it is given up', async () => {
    const last = await opened(1000);
    const abort = new AbortController();
    const counts: number[] = [];
    const search = { pattern: 'x', regex: false, caseSensitive: false };
    const done = source.search(search, ({ count }) => counts.push(count), abort.signal);
    await settle();
    const request = last.lastSent('search')?.request ?? -1;
    const progress = { type: 'matches', view: 1, request, scanned: 500, total: 1000, elapsedMs: 5 } as const;
    last.say({ ...progress, rows: [3, 9], count: 2, done: false });
    await settle();
    abort.abort();
    await expect(done).rejects.toThrow();
    expect(counts).toEqual([2]);
    expect(last.lastSent('cancel')).toEqual({ type: 'cancel', request });
  });

  it('text comes in portions, each acknowledged, and a whole line in stretches', async () => {
    const last = await opened(1000);
    last.handleSent = (sent) => {
      const message = JSON.parse(sent) as { type: string; request: number; offset: number };
      const { request, offset } = message;
      if (message.type === 'range') last.say({ type: 'chunk', view: 1, request, text: 'a\n', next: 500, done: false });
      if (message.type === 'ack') last.say({ type: 'chunk', view: 1, request, text: 'b\n', next: 1000, done: true });
      if (message.type === 'text') {
        const next = offset + 3;
        last.say({ type: 'text', view: 1, request, text: 'abc', offset, next, trueBytes: 9 });
      }
    };
    const parts: string[] = [];
    for await (const part of source.text(0, 1000, 'text', new AbortController().signal)) parts.push(part);
    expect(parts).toEqual(['a\n', 'b\n']);
    expect(await source.wholeText(5, new AbortController().signal)).toBe('abcabcabc');
  });

  it('a refused filter is a problem of the view until it is answered', async () => {
    sockets.last.accept();
    sockets.last.say({
      type: 'error',
      view: 1,
      code: 'api.invalid',
      message: 'bad pattern',
      next: 'close the bracket',
    });
    await settle();
    expect(source.extent().problem).toMatchObject({ message: 'bad pattern', next: 'close the bracket' });
  });

  it('views share one connection, which ends with the last of them', async () => {
    await opened(10);
    const second = new SocketLogSource(socket, { ...everything, services: ['cart'] });
    await settle();
    expect(sockets.opened).toHaveLength(1);
    expect(sockets.last.lastSent('open')).toMatchObject({ view: 2, query: { services: ['cart'] } });
    source.close();
    expect(sockets.last.readyState).toBe(sockets.last.OPEN);
    second.close();
    expect(sockets.last.readyState).toBe(sockets.last.CLOSED);
    vi.advanceTimersByTime(60_000);
    expect(sockets.opened).toHaveLength(1);
  });

  it('a connection that was made before there is a view stays after the last one, and comes back when it breaks', async () => {
    await opened(10);
    socket.warm();
    source.close();
    expect(sockets.opened).toHaveLength(1);
    expect(sockets.last.readyState).toBe(sockets.last.OPEN);
    sockets.last.close();
    await settle();
    vi.advanceTimersByTime(60_000);
    expect(sockets.opened).toHaveLength(2);
  });

  it('only what narrows a view is asked for', () => {
    const search = { pattern: 'a+', regex: true, caseSensitive: true };
    expect(queryOf({ ...everything, services: ['a'], run: -1, levels: ['error'], stream: 'build', search })).toEqual({
      services: ['a'],
      dividers: true,
      run: -1,
      levels: ['error'],
      streams: ['build'],
      regex: 'a+',
      caseSensitive: true,
    });
  });
});
