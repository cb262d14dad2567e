import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMicroClient, type MicroClient } from '../../../shared/client/microClient.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { WatchGraphRequestSchema } from '../../../shared/contract/gen/traffic_pb.ts';
import { fetchAndWatch } from '../../../renderer/client/firstState.ts';
import { type FakeSocket, opened, stubSockets } from './fakeSocket.ts';

const requests: string[] = [];
let client: MicroClient;

beforeEach(() => {
  stubSockets();
  requests.length = 0;
  vi.stubGlobal('fetch', (address: string) => {
    requests.push(address);
    return Promise.reject(new TypeError('nobody there'));
  });
  client = createMicroClient({ url: 'http://127.0.0.1:8081/_env/lab', token: 'abc', fetch: fetchAndWatch });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** One message of a stream of Connect: flags, length, bytes. */
function enveloped(flags: number, data: Uint8Array): Uint8Array {
  return new Uint8Array([flags, 0, 0, data.length >> 8, data.length & 255, ...data]);
}

const graphOf = (name: string): Uint8Array =>
  enveloped(0, toBinary(GraphResponseSchema, create(GraphResponseSchema, { nodes: [{ name }] })));

/** Watches the graph; what it hears stands in `heard`, how it ended in `end`. */
function watchGraph(signal?: AbortSignal) {
  const heard: (string | undefined)[] = [];
  const end = (async () => {
    for await (const { nodes } of client.traffic.watchGraph({ periodMs: 500 }, signal ? { signal } : {}))
      heard.push(nodes[0]?.name);
    return 'ended';
  })().catch((error: unknown) => error);
  return { heard, end };
}

async function socket(): Promise<FakeSocket> {
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  return opened[0] as FakeSocket;
}

test('what is watched comes by a socket that asks in its address, in parts of any length, until it ends', async () => {
  const { heard, end } = watchGraph();
  const other = await socket();
  const message = btoa(
    String.fromCharCode(...toBinary(WatchGraphRequestSchema, create(WatchGraphRequestSchema, { periodMs: 500 }))),
  );
  expect(other.url).toBe(
    `ws://127.0.0.1:8081/_env/lab/_ws/watch/desktop.Traffic/WatchGraph?message=${encodeURIComponent(message)}`,
  );
  expect(other.protocols).toEqual(['micro.v1', 'bearer.abc']);
  const second = graphOf('cart');
  other.say(new Uint8Array([...graphOf('web'), ...second.slice(0, 3)]));
  await vi.waitFor(() => expect(heard).toEqual(['web']));
  other.say(second.slice(3));
  await vi.waitFor(() => expect(heard).toEqual(['web', 'cart']));
  other.say(enveloped(2, new TextEncoder().encode('{}')));
  other.end(1000);
  expect(await end).toBe('ended');
  expect(requests).toEqual([]);
});

test('one that breaks is a lost connection; nothing is asked for twice', async () => {
  const { heard, end } = watchGraph();
  const other = await socket();
  other.say(graphOf('web'));
  await vi.waitFor(() => expect(heard).toEqual(['web']));
  other.end(1006);
  expect(await end).toMatchObject({ code: 'server.unreachable' });
  expect(requests).toEqual([]);
});

test('why one does not come about is told by the request that is sent in its place', async () => {
  const { end } = watchGraph();
  (await socket()).end(1006);
  expect(await end).toMatchObject({ code: 'server.unreachable' });
  expect(requests).toEqual(['http://127.0.0.1:8081/_env/lab/desktop.Traffic/WatchGraph']);
});

test('it is closed by its signal, before it said anything too', async () => {
  const control = new AbortController();
  const { end } = watchGraph(control.signal);
  const other = await socket();
  control.abort();
  expect(String(await end)).toMatch(/cancel/i);
  expect(other.readyState).toBe(3);
  expect(requests).toEqual([]);
});

test('what changes something is a request', async () => {
  const events = client.desktop.start({})[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toMatchObject({ code: 'server.unreachable' });
  expect(requests).toEqual(['http://127.0.0.1:8081/_env/lab/desktop.Desktop/Start']);
  expect(opened).toEqual([]);
});
