import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** Writes to the store over the proxy and, as /gateway, reads over the gateway; once in a trace of the caller, as HTTP has it. */
const main = `
import http from 'node:http';
const { MICRO_PROXY, MICRO_TOKEN, PORT } = process.env;
const ask = (url, body, headers) => fetch(url, { method: 'POST', body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', authorization: 'Bearer ' + MICRO_TOKEN, ...headers } });
http.createServer(async (request, response) => {
  const { traceparent } = request.headers;
  const answer = request.url === '/gateway'
    ? await ask(process.env.GATEWAY + '/store/read', { key: 'greeting' })
    : request.url === '/alone'
      ? await ask('http://' + MICRO_PROXY + '/store.Store/Databases', {}, { traceparent: '00-' + 'a'.repeat(32) + '-' + 'b'.repeat(16) + '-01' })
    : request.url === '/none'
      ? await ask('http://' + MICRO_PROXY + '/store.Store/Read', { key: 'none' })
      : await ask('http://' + MICRO_PROXY + '/store.Store/Write', { record: { key: 'greeting', value: 'aGVsbG8=' } }, { traceparent });
  response.writeHead(answer.status).end(await answer.text());
}).listen(PORT, '127.0.0.1');
`;

interface Graph {
  nodes: { name: string; kind: string }[];
  edges: { from: string; to: string; calls: number; errors: number }[];
}

let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = await tempFolder('core-calls');
  const project = join(home, 'project');
  await mkdir(project);
  server = await startServer(join(home, 'micro'));
  await writeFile(join(project, 'main.mjs'), main);
  await writeFile(
    join(project, 'micro.yaml'),
    `name: own\nservices:\n  keeper:\n    run: node main.mjs\n    env: { GATEWAY: "${server.gateway}" }\n`,
  );
  expect((await micro('run', project)).code).toBe(0);
  await waitFor('it answers', async () => (await fetch(`${server.gateway}/keeper/`)).status === 200, 30_000);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(words, { home: join(home, 'micro') });
const graph = async (...words: string[]) => (await micro('graph', '--json', ...words)).json<Graph>();

it('what services ask of the store is an edge to it, counted once also by the gateway, and shown when it is asked for', async () => {
  const before = await graph('--core');
  expect(before.nodes).toContainEqual(expect.objectContaining({ name: 'store', kind: 'core' }));
  const edges = async () => {
    const { edges: all } = await graph('--core');
    return Object.fromEntries(all.map(({ from, to, calls, errors }) => [`${from} ${to}`, [calls, errors]]));
  };
  const [calls = 0] = (await edges())['keeper store'] ?? [];
  expect((await fetch(`${server.gateway}/keeper/gateway`)).status).toBe(200);
  expect((await fetch(`${server.gateway}/keeper/none`)).status).toBe(404);
  await waitFor('both are counted', async () => (await edges())['keeper store']?.[0] === calls + 2);
  // The command line looks into the store too, and is no part of the system.
  expect((await micro('store', 'list')).code).toBe(0);
  expect(await edges()).toMatchObject({ 'keeper store': [calls + 2, 1] });
  expect(Object.keys(await edges()).filter((edge) => edge.endsWith(' store') || edge.endsWith(' records'))).toEqual([
    'keeper store',
  ]);
  expect((await graph()).nodes.map(({ name }) => name).sort()).toEqual(['keeper', 'outside']);
});

it('such a call is a part of the trace that it was made in, and can be read back to be sent again', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  expect((await fetch(`${server.gateway}/keeper/`, { headers: { traceparent } })).status).toBe(200);
  const spans = await waitFor('both spans are there', async () => {
    const result = await micro('trace', traceId, '--json');
    const found =
      result.code === 0 ? result.json<{ spans: { service: string; name: string; from: string }[] }>().spans : [];
    return found.length === 2 && found;
  });
  expect(spans.map(({ service, name, from }) => [service, name, from])).toEqual([
    ['keeper', 'GET /', 'outside'],
    ['store', 'store.Store/Write', 'keeper'],
  ]);
  const { token } = JSON.parse(await readFile(join(home, 'micro/server.json'), 'utf8')) as { token: string };
  const address = { proxy: server.proxy, token };
  const { calls } = (await call(address, 'desktop.Traffic/Calls', { traceId, to: 'store' })) as {
    calls: { id: number; requestBytes: number }[];
  };
  expect(calls).toMatchObject([{ status: 200, kind: 'grpc', from: 'keeper' }]);
  expect(calls[0]?.requestBytes).toBeGreaterThan(40);
  expect(await call(address, 'desktop.Traffic/CallBody', { id: calls[0]?.id })).toMatchObject({
    endpoint: 'Store.Write',
    messages: ['{"record":{"key":"greeting","value":"aGVsbG8="}}'],
  });
  // One that nothing else is a part of is no trace.
  expect((await fetch(`${server.gateway}/keeper/alone`)).status).toBe(200);
  const alone = (await waitFor('it is seen', async () => {
    const found = (await call(address, 'desktop.Traffic/Calls', { to: 'store', text: 'Databases' })) as {
      calls?: { traceId?: string }[];
    };
    return found.calls;
  })) as { traceId?: string }[];
  expect(alone.map(({ traceId: id }) => id ?? '')).toEqual(['']);
  expect((await micro('trace', 'a'.repeat(32))).code).toBe(4);
});
