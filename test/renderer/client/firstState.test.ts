import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMicroClient } from '../../../shared/client/microClient.ts';
import type { ServerState } from '../../../shared/contract/bridge.ts';
import { fetchAndWatch, firstState } from '../../../renderer/client/firstState.ts';
import { FakeSocket, opened, stubSockets } from './fakeSocket.ts';

const connection = { url: 'http://127.0.0.1:8081', token: 'abc' };
const ready: ServerState = { status: 'ready', connection };

beforeEach(() => {
  stubSockets();
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
});

afterEach(() => {
  sessionStorage.clear();
  delete window.microFirstState;
  vi.unstubAllGlobals();
});

/** Runs public/first.js in a page whose app knows `state` of the server. */
function runFirst(state: ServerState): void {
  vi.stubGlobal('micro', { serverState: () => Promise.resolve(state) });
  runInThisContext(readFileSync(resolve('renderer/public/first.js'), 'utf8'));
}

/** Asks for the state as the page's client does, until `signal`. */
function watch(signal: AbortSignal, token = connection.token): void {
  const client = createMicroClient({ url: connection.url, token, fetch: fetchAndWatch });
  void client.desktop
    .watch({}, { signal })
    [Symbol.asyncIterator]()
    .next()
    .catch(() => {});
}

test('what is begun before the page is there is the very socket of its client, which takes it up', async () => {
  const end = new AbortController();
  watch(end.signal);
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  end.abort();
  runFirst(ready);
  await vi.waitFor(() => expect(opened).toHaveLength(2));
  const [usual, first] = opened as [FakeSocket, FakeSocket];
  expect([first.url, first.protocols]).toEqual([usual.url, usual.protocols]);
  watch(new AbortController().signal);
  await vi.waitFor(() => expect(firstState()).toBeUndefined());
  expect(opened).toHaveLength(2);
});

test('it ends with the call that took it up', async () => {
  runFirst(ready);
  const end = new AbortController();
  watch(end.signal);
  await vi.waitFor(() => expect(firstState()).toBeUndefined());
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  end.abort();
  await vi.waitFor(() => expect(opened[0]?.readyState).toBe(FakeSocket.CLOSED));
});

test('with another token, it is opened anew and what was begun is ended', async () => {
  runFirst(ready);
  watch(new AbortController().signal, 'newer');
  await vi.waitFor(() => expect(opened).toHaveLength(2));
  expect(opened[0]?.readyState).toBe(FakeSocket.CLOSED);
  expect(opened[1]?.protocols).toEqual(['micro.v1', 'bearer.newer']);
});

test('what failed is asked for by a request', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return Promise.resolve(new Response(new ReadableStream()));
  });
  runFirst(ready);
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  opened[0]?.end(1006);
  watch(new AbortController().signal);
  await vi.waitFor(() => expect(asked).toEqual(['http://127.0.0.1:8081/desktop.Desktop/Watch']));
  expect(opened).toHaveLength(1);
});

test('nothing is begun without a server, nor where the page works on another environment', async () => {
  runFirst({ status: 'starting' });
  expect(await firstState()?.begun).toBeUndefined();
  delete window.microFirstState;
  sessionStorage.setItem('micro.environment.v1', '{"name":"stage","colour":""}');
  runFirst(ready);
  expect(firstState()).toBeUndefined();
  expect(opened).toHaveLength(0);
});
