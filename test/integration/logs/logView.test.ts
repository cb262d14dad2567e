import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  LogRecordRow,
  LogRow,
  LogViewClientMessage,
  LogViewServerMessage,
} from '../../../shared/contract/logView.ts';
import { bundledWorker } from '../../helpers/bundle.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** The other end of a session's socket. */
class ViewClient {
  readonly received: LogViewServerMessage[] = [];
  private listener: (text: string) => void = () => {};
  private closed: () => void = () => {};
  private wake: () => void = () => {};

  constructor(store: LogStoreFixture['store']) {
    store.openViews({
      send: (text) => {
        this.received.push(JSON.parse(text) as LogViewServerMessage);
        this.wake();
      },
      onMessage: (listener) => {
        this.listener = listener;
      },
      onClose: (listener) => {
        this.closed = listener;
      },
    });
  }

  send(message: LogViewClientMessage): void {
    this.listener(JSON.stringify(message));
  }

  async next<T extends LogViewServerMessage['type']>(
    type: T,
    fits: (message: Extract<LogViewServerMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<LogViewServerMessage, { type: T }>> {
    for (;;) {
      const found = this.received.find(
        (message): message is Extract<LogViewServerMessage, { type: T }> =>
          message.type === type && fits(message as Extract<LogViewServerMessage, { type: T }>),
      );
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  close(): void {
    this.closed();
  }
}

const texts = (rows: LogRow[]): string[] => rows.map((row) => (row as LogRecordRow).text);

describe.each(['in the thread of the server', 'in a thread of its own'])('log view over a socket, %s', (where) => {
  let f: LogStoreFixture;
  let client: ViewClient;

  beforeEach(async () => {
    const isThread = where === 'in a thread of its own';
    f = await LogStoreFixture.create({
      limits: { segmentBytes: 50_000 },
      ...(isThread ? { worker: pathToFileURL(await bundledWorker('logWorker')) } : {}),
    });
    client = new ViewClient(f.store);
  });
  afterEach(async () => {
    client.close();
    await f.dispose();
  });

  async function fill(service: string, count: number): Promise<void> {
    const writer = await f.run(service);
    const start = nowUs();
    for (let i = 0; i < count; i++) {
      writer.write('stdout', Buffer.from(`${i % 100 === 7 ? 'ERROR' : 'INFO'} line ${i}\n`), start + i * 10);
    }
    await writer.end(exited);
  }

  it('tells how far the log reaches and gives any range of rows', async () => {
    await fill('a', 5000);
    client.send({ type: 'open', view: 1, query: { services: ['a'] }, follow: false });
    expect(await client.next('extent', ({ complete }) => complete)).toMatchObject({ first: 0, end: 5000, total: 5000 });
    client.send({ type: 'rows', view: 1, request: 1, from: 2500, count: 3 });
    expect(texts((await client.next('rows')).rows)).toEqual(['INFO line 2500', 'INFO line 2501', 'INFO line 2502']);
    client.send({ type: 'rows', view: 1, request: 2, from: 4999, count: 100 });
    expect((await client.next('rows', ({ request }) => request === 2)).rows.length).toBe(1);
  });

  it('filters, marks what matched, and begins each run with a divider', async () => {
    await fill('a', 200);
    await fill('a', 200);
    client.send({ type: 'open', view: 1, query: { services: ['a'], text: 'LINE 10', dividers: true }, follow: false });
    const { end } = await client.next('extent', ({ complete }) => complete);
    expect(end).toBe(2 * (1 + 11));
    client.send({ type: 'rows', view: 1, request: 1, from: 0, count: 100 });
    const { rows } = await client.next('rows');
    expect(rows[0]).toMatchObject({ run: 1, divider: { cause: 'started by you', outcome: 'exit 0' } });
    expect(rows[1]).toMatchObject({ text: 'INFO line 10', matches: [[5, 12]] });
    expect(rows[12]).toMatchObject({ run: 2, divider: { cause: 'started by you' } });
  });

  it('finds the next and the previous error, a time, a line, and counts over time', async () => {
    await fill('a', 1000);
    client.send({ type: 'open', view: 1, query: { services: ['a'] }, follow: false });
    await client.next('extent', ({ complete }) => complete);
    client.send({ type: 'find', view: 1, request: 1, from: 7, direction: 1, pattern: { levels: ['error'] } });
    expect((await client.next('row', ({ request }) => request === 1)).row).toBe(107);
    client.send({ type: 'find', view: 1, request: 2, from: 907, direction: -1, pattern: { levels: ['error'] } });
    expect((await client.next('row', ({ request }) => request === 2)).row).toBe(807);
    client.send({ type: 'find', view: 1, request: 3, from: 7, direction: -1, pattern: { levels: ['error'] } });
    expect((await client.next('row', ({ request }) => request === 3)).row).toBe(null);
    client.send({ type: 'rows', view: 1, request: 4, from: 600, count: 1 });
    const row = (await client.next('rows')).rows[0] as LogRecordRow;
    client.send({ type: 'seek', view: 1, request: 5, timeUs: row.timeUs });
    expect((await client.next('row', ({ request }) => request === 5)).row).toBe(600);
    client.send({ type: 'locate', view: 1, request: 6, service: 'a', run: 1, line: row.line });
    expect((await client.next('row', ({ request }) => request === 6)).row).toBe(600);
    client.send({ type: 'histogram', view: 1, request: 7, buckets: 10 });
    const { counts } = await client.next('histogram');
    expect(counts.reduce((sum, [all]) => sum + all, 0)).toBe(1000);
    expect(counts.reduce((sum, [, , errors]) => sum + errors, 0)).toBe(10);
    client.send({ type: 'search', view: 1, request: 8, pattern: { regex: 'line 99\\d$' } });
    expect(await client.next('matches', ({ done }) => done)).toMatchObject({ count: 10, total: 1000 });
  });

  it('spreads a chosen stretch of time over all buckets, whatever lies around it', async () => {
    const writer = await f.run('a');
    const start = nowUs();
    for (let i = 0; i < 1000; i++) writer.write('stdout', Buffer.from(`line ${i}\n`), start + i * 1000);
    const query = { services: ['a'], sinceUs: start + 400_000, untilUs: start + 500_000 };
    client.send({ type: 'open', view: 1, query, follow: false });
    await client.next('extent', ({ complete }) => complete);
    client.send({ type: 'histogram', view: 1, request: 1, buckets: 10 });
    const { startUs, bucketUs, counts } = await client.next('histogram');
    expect({ startUs, bucketUs }).toEqual({ startUs: start + 400_000, bucketUs: 10_000 });
    expect(counts.map(([all]) => all)).toEqual(Array(10).fill(10));
  });

  it('UI-03 gives exactly the chosen lines as text, without prefixes', async () => {
    await fill('a', 2000);
    client.send({ type: 'open', view: 1, query: { services: ['a'] }, follow: false });
    await client.next('extent', ({ complete }) => complete);
    client.send({ type: 'range', view: 1, request: 1, first: 10, end: 901, format: 'text' });
    const { text, done } = await client.next('chunk');
    expect(done).toBe(true);
    const lines = text.split('\n');
    expect(lines.length).toBe(892);
    expect(lines[0]).toBe('INFO line 10');
    expect(lines[890]).toBe('INFO line 900');
  });

  it('sends new rows as they come, and unfinished lines below them', async () => {
    const writer = await f.run('live');
    client.send({ type: 'open', view: 1, query: { services: ['live'] }, follow: true });
    await client.next('extent', ({ complete }) => complete);
    writer.write('stdout', Buffer.from('hello\nPassword: '), nowUs());
    // What has come is drawn and acknowledged; the rest comes after it: a line is on its way to disk when its successor begins.
    let acknowledged = 0;
    const live = await waitFor('a message with both', async () => {
      const lives = client.received.filter((message) => message.type === 'live');
      for (; acknowledged < lives.length; acknowledged++) client.send({ type: 'ack', view: 1 });
      return lives.find(({ partials, rows }) => partials.length > 0 && rows.length > 0);
    });
    expect(live.partials[0]).toMatchObject({ service: 'live', text: 'Password: ', line: 2 });
    expect(texts(live.rows)).toEqual(['hello']);
  });

  it('gives a 5 MB line cut in its row and whole in stretches', async () => {
    const writer = await f.run('long');
    writer.write('stdout', Buffer.from(`${'é'.repeat(600_000)}\n`), nowUs());
    await writer.end(exited);
    client.send({ type: 'open', view: 1, query: { services: ['long'] }, follow: false });
    await client.next('extent', ({ complete }) => complete);
    client.send({ type: 'rows', view: 1, request: 1, from: 0, count: 1 });
    const row = (await client.next('rows')).rows[0] as LogRecordRow;
    expect(row.text.length).toBe(8192);
    expect(row.trueBytes).toBe(1_200_000);
    let text = '';
    for (let offset = 0, request = 2; offset < 1_200_000; request++) {
      client.send({ type: 'text', view: 1, request, row: 0, offset, bytes: 99_999 });
      const reply = await client.next('text', (message) => message.request === request);
      text += reply.text;
      offset = reply.next;
    }
    expect(text === 'é'.repeat(600_000)).toBe(true);
  });

  it('a bad pattern and an unknown view are answered with an error', async () => {
    client.send({ type: 'open', view: 3, query: { services: [], regex: '(a)\\1' }, follow: false });
    expect(await client.next('error')).toMatchObject({ view: 3, code: 'logs.bad-regex' });
    client.send({ type: 'rows', view: 9, request: 1, from: 0, count: 1 });
    expect(await client.next('error', ({ view }) => view === 9)).toMatchObject({ code: 'api.invalid' });
  });
});
