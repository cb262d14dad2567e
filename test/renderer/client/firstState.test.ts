import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMicroClient } from '../../../shared/client/microClient.ts';
import type { ServerState } from '../../../shared/contract/bridge.ts';
import { fetchWithFirst, firstState } from '../../../renderer/client/firstState.ts';

const connection = { url: 'http://127.0.0.1:8081', token: 'abc' };
const ready: ServerState = { status: 'ready', connection };
const sent: { address: string; init: RequestInit }[] = [];
let answer: () => Promise<Response>;

beforeEach(() => {
  sent.length = 0;
  answer = () => Promise.resolve(new Response(new ReadableStream()));
  vi.stubGlobal('fetch', (address: RequestInfo | URL, init: RequestInit) => {
    sent.push({ address: String(address), init });
    return answer();
  });
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
  const client = createMicroClient({ url: connection.url, token, fetch: fetchWithFirst });
  void client.desktop
    .watch({}, { signal })
    [Symbol.asyncIterator]()
    .next()
    .catch(() => {});
}

/** An address, its headers and its body, in a form that can be compared. */
function requestOf({ address, init }: (typeof sent)[number]): object {
  const headers: Record<string, string> = {};
  new Headers(init.headers).forEach((value, name) => {
    headers[name.toLowerCase()] = value;
  });
  return { address, method: init.method, headers, body: [...(init.body as Uint8Array)] };
}

test('what is begun before the page is there is the very request of its client, which takes it up', async () => {
  const end = new AbortController();
  watch(end.signal);
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  end.abort();
  runFirst(ready);
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  const [usual, first] = sent.map(requestOf);
  expect(first).toEqual(usual);
  watch(new AbortController().signal);
  await vi.waitFor(() => expect(firstState()).toBeUndefined());
  expect(sent).toHaveLength(2);
});

test('it ends with the call that took it up', async () => {
  runFirst(ready);
  const end = new AbortController();
  watch(end.signal);
  await vi.waitFor(() => expect(firstState()).toBeUndefined());
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  end.abort();
  await vi.waitFor(() => expect(sent[0]?.init.signal?.aborted).toBe(true));
});

test('with another token, the request is sent anew and what was begun is ended', async () => {
  runFirst(ready);
  watch(new AbortController().signal, 'newer');
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]?.init.signal?.aborted).toBe(true);
  expect(new Headers(sent[1]?.init.headers).get('authorization')).toBe('Bearer newer');
});

test('what failed is asked for again', async () => {
  answer = () => Promise.reject(new TypeError('refused'));
  runFirst(ready);
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  watch(new AbortController().signal);
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(1));
});

test('nothing is begun without a server, nor where the page works on another environment', async () => {
  runFirst({ status: 'starting' });
  expect(await firstState()?.begun).toBeUndefined();
  delete window.microFirstState;
  sessionStorage.setItem('micro.environment.v1', '{"name":"stage","colour":""}');
  runFirst(ready);
  expect(firstState()).toBeUndefined();
  expect(sent).toHaveLength(0);
});
