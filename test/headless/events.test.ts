import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { consumeWithReceipts } from '../../electron/server/api/rpc/receiptStream.ts';
import { AckRequestSchema, ConsumeRequestSchema } from '../../shared/contract/gen/events_pb.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { makeDeadLetters } from '../helpers/deadLetter.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let folder: string;
let home: string;
let server: RunningServer;

beforeEach(async () => {
  folder = await tempFolder('events');
  home = join(folder, 'micro');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(words, { home, cwd: folder });
const events = (...words: string[]) => micro('events', ...words);
const lagOf = async (group: string): Promise<number | undefined> => {
  const { topics } = (await events('topics', '--json')).json() as {
    topics: { groups: { name: string; lag: number }[] }[];
  };
  return topics[0]?.groups.find(({ name }) => name === group)?.lag;
};

/** A member of a group, as a process that can be killed; what it printed, line by line. */
async function member(...words: string[]) {
  const child = spawn(process.execPath, [await bundledCli(), 'events', 'consume', ...words, '--home', home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    lines: () => out.split('\n').slice(0, -1),
    async end(signal: NodeJS.Signals) {
      child.kill(signal);
      await ended;
    },
  };
}

it('events are published, consumed by a group, moved and found again after the server was started anew', async () => {
  expect((await events('publish', 'orders', '{"id":1}', '-k', '1', '-m', 'a=b')).out).toBe(
    'event 0 of orders published, 8 bytes\n',
  );
  await events('publish', 'orders', '-q', '--', '-2');
  expect((await events('consume', 'orders', '-g', 'mail', '--from', 'start', '-n', '2')).out).toBe('{"id":1}\n-2\n');
  expect((await events('history', 'orders', '-n', '1', '--json')).json()).toEqual({
    id: expect.any(String) as string,
    topic: 'orders',
    offset: 0,
    time: expect.any(String) as string,
    key: '1',
    publisher: '',
    metadata: { a: 'b' },
    payload: '{"id":1}',
  });
  expect((await events('topics')).out.split('\n')[1]).toMatch(/^orders +2 +\d+ +.* ago +.* ago +mail \(lag 0\)$/);
  await server.stop();
  server = await startServer(home);
  expect(await lagOf('mail')).toBe(0);
  expect((await events('replay', 'orders', '-g', 'mail', '--to', '1')).out).toBe(
    '"mail" goes on with event 1 of orders; 1 are to come\n',
  );
  expect((await events('consume', 'orders', '-g', 'mail', '-n', '1', '-v')).out).toMatch(/^#1 \S+ -2\n$/);
  expect((await events('remove', 'orders', '-g', 'mail')).out).toBe('the group "mail" of orders is removed\n');
  expect(await lagOf('mail')).toBeUndefined();
  const gone = await events('history', 'nothing');
  expect(gone).toMatchObject({ code: 4, out: '' });
  expect(gone.err).toContain('there is no topic nothing');
  expect(await events('publish', 'a b', 'x')).toMatchObject({ code: 2 });
  expect(await events('replay', 'orders', '-g', 'mail')).toMatchObject({ code: 2 });
});

it('what a group gave up on is sent again or dropped, one by one or all at once', async () => {
  for (const id of [1, 2, 3, 4]) await events('publish', 'orders', `{"id":${id}}`, '-q');
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  await makeDeadLetters({ proxy: server.proxy, token }, 'orders', 'mail', 4);
  expect((await events('dead', 'orders', '-g', 'mail')).out).toBe('{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n');
  expect((await events('resend', 'orders', '1', '-g', 'mail')).out).toBe('1 dead letters of "mail" sent again: 1\n');
  expect((await events('consume', 'orders', '-g', 'mail', '-n', '1')).out).toBe('{"id":2}\n');
  const again = await events('resend', 'orders', '1', '-g', 'mail', '--json');
  expect(again).toMatchObject({ code: 4 });
  expect(again.json()).toEqual({ topic: 'orders', group: 'mail', resent: [], unknown: [1] });
  expect((await events('drop', 'orders', '0', '-g', 'mail', '--json')).json()).toMatchObject({ dropped: [0] });
  expect((await events('resend', 'orders', '--all', '-g', 'mail')).out).toBe(
    '2 dead letters of "mail" sent again: 2, 3\n',
  );
  expect((await events('dead', 'orders', '-g', 'mail')).out).toBe('"mail" gave up on no event of orders\n');
  expect((await events('consume', 'orders', '-g', 'mail', '-n', '2')).out).toBe('{"id":3}\n{"id":4}\n');
  expect(await lagOf('mail')).toBe(0);
  expect((await events('drop', 'orders', '--all', '-g', 'mail')).out).toBe('0 dead letters of "mail" dropped\n');
  // Neither offsets nor --all, both, and what is no offset.
  expect(await events('resend', 'orders', '-g', 'mail')).toMatchObject({ code: 2 });
  expect(await events('drop', 'orders', '1', '--all', '-g', 'mail')).toMatchObject({ code: 2 });
  expect(await events('drop', 'orders', 'first', '-g', 'mail')).toMatchObject({ code: 2 });
});

it('consumers that are killed lose nothing, nor does a server that is killed', async () => {
  await member('orders', '-g', 'g').then(async (first) => {
    await waitFor('the group to stand', async () => (await lagOf('g')) === 0);
    await first.end('SIGKILL');
  });
  for (let n = 0; n < 20; n++) await publish(String(n), `k${n % 3}`);
  const killed = await member('orders', '-g', 'g');
  await waitFor('some events to be consumed', () => killed.lines().length >= 3);
  await killed.end('SIGKILL');
  server.child.kill('SIGKILL');
  await server.ended;
  server = await startServer(home);
  const second = await member('orders', '-g', 'g');
  await waitFor('the rest to be consumed', async () => (await lagOf('g')) === 0);
  const seen = [...killed.lines(), ...second.lines()];
  expect(new Set(seen.map(Number))).toEqual(new Set(Array.from({ length: 20 }, (_, n) => n)));
  for (const lines of [killed.lines(), second.lines()])
    for (const key of [0, 1, 2]) {
      const ofKey = lines.map(Number).filter((n) => n % 3 === key);
      expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
    }
  await second.end('SIGINT');
});

it('curl publishes and listens without a library, and a service with its own token', async () => {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.proxy}/_events/orders`, {
    method: 'POST',
    headers: { ...headers, 'micro-key': '7', 'micro-meta-source': 'test' },
    body: '{"id":7}',
  });
  expect([response.status, await response.json()]).toMatchObject([200, { topic: 'orders', offset: 0 }]);
  const stream = await fetch(`${server.proxy}/_events/orders?from=start`, { headers });
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  const reader = readerOf(stream);
  expect(await reader.data()).toMatchObject({ key: '7', payload: '{"id":7}' });
  await reader.cancel();
  const refused = await fetch(`${server.proxy}/_events/orders`, { method: 'POST', body: 'x' });
  expect(refused.status).toBe(401);
  const wrong = await fetch(`${server.proxy}/_events/orders?form=start`, { headers });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { status: 'api.invalid' }]);
});

it('a message goes to whoever listens, and is not kept', async () => {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const stream = await fetch(`${server.proxy}/_broker/prices`, { headers: { authorization: `Bearer ${token}` } });
  const reader = readerOf(stream);
  expect((await micro('publish', 'prices', '{"cents":5}', '-m', 'sku=a')).out).toBe('11 bytes published on prices\n');
  expect(await reader.data()).toEqual({ header: { sku: 'a' }, payload: '{"cents":5}' });
  await reader.cancel();
  expect((await events('topics', '--json')).json()).toEqual({ topics: [] });
});

it("micro's own clients acknowledge on the stream of events itself", async () => {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  for (const n of [0, 1]) await publish(String(n), '');
  const transport = createGrpcTransport({ baseUrl: server.proxy });
  const ended = new AbortController();
  const said: ((bytes: Uint8Array) => void)[] = [];
  const bytes: Uint8Array[] = [
    toBinary(ConsumeRequestSchema, create(ConsumeRequestSchema, { topic: 'orders', group: 'g', offset: 1n })),
  ];
  async function* sent() {
    for (;;) {
      const next = bytes.shift() ?? (await new Promise<Uint8Array>((resolve) => said.push(resolve)));
      yield fromBinary(consumeWithReceipts.input, next);
    }
  }
  const receipt = (id: string, success: boolean): void => {
    const next = toBinary(AckRequestSchema, create(AckRequestSchema, { id, success }));
    const waiting = said.shift();
    if (waiting) waiting(next);
    else bytes.push(next);
  };
  const headers = { authorization: `Bearer ${token}` };
  const response = await transport.stream(consumeWithReceipts, ended.signal, undefined, headers, sent());
  const events = response.message[Symbol.asyncIterator]();
  const next = async (): Promise<{ id: string; text: string }> => {
    const { id, payload } = ((await events.next()) as { value: { id: string; payload: Uint8Array } }).value;
    return { id, text: Buffer.from(payload).toString() };
  };
  const [first, second] = [await next(), await next()];
  expect([first.text, second.text]).toEqual(['0', '1']);
  receipt(first.id, true);
  receipt(second.id, false);
  expect(await next()).toEqual(second);
  receipt(second.id, true);
  await waitFor('both to be acknowledged', async () => (await lagOf('g')) === 0);
  ended.abort();
});

/** Reads server-sent events; a response is there once the subscription stands. */
function readerOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  return {
    async data(): Promise<unknown> {
      for (;;) {
        const found = /data: (.*)\n\n/.exec(text);
        if (found) return JSON.parse(found[1] as string);
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after: ${text}`);
        text += Buffer.from(value).toString();
      }
    },
    cancel: () => reader.cancel(),
  };
}

/** Publishes by plain HTTP: a process for each event would take longer than the test. */
async function publish(body: string, key: string): Promise<void> {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'micro-key': key };
  const response = await fetch(`${server.proxy}/_events/orders`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}
