import { mkdir, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { beforeEach, expect, it } from 'vitest';
import { contractServices } from '../../../electron/server/api/api.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { CallConsole } from '../../../electron/server/calls/callConsole.ts';
import { CallHistory } from '../../../electron/server/calls/callHistory.ts';
import { EndpointCatalog } from '../../../electron/server/calls/endpointCatalog.ts';
import { SavedCalls } from '../../../electron/server/calls/savedCalls.ts';
import {
  type ServiceCallEvent,
  ServiceCallRequestSchema,
  SavedCallSchema,
} from '../../../shared/contract/gen/calls_pb.ts';
import { ProjectSchema } from '../../../shared/contract/gen/state_pb.ts';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const gateway = useGateway();
let folder: string;
let history: CallHistory;
let catalog: EndpointCatalog;
let console_: CallConsole;

beforeEach(async () => {
  folder = await tempFolder('console');
  history = new CallHistory(join(folder, 'calls.json'), systemClock);
  catalog = new EndpointCatalog({
    registry: gateway().registry,
    seen: () => gateway().calls,
    contract: contractServices,
    clock: systemClock,
  });
  console_ = new CallConsole({
    catalog,
    history,
    services: () => ['svc', 'orders'],
    variables: () => Promise.resolve(new Map([['TOKEN', 's3']])),
    gateway: () => gateway().url,
    clock: systemClock,
  });
});

type Request = Parameters<typeof create<typeof ServiceCallRequestSchema>>[1];

async function call(request: Request, signal = new AbortController().signal) {
  const events: ServiceCallEvent['event'][] = [];
  for await (const { event } of console_.call(create(ServiceCallRequestSchema, request), signal)) events.push(event);
  const of = <C extends string>(name: C) => events.find((one) => one.case === name)?.value as never;
  const data = events.filter((one) => one.case === 'data').map((one) => Buffer.from(one.value as Uint8Array));
  return {
    order: events.map((one) => one.case),
    started: of('started') as { traceId: string; url: string; curl: string },
    head: of('head') as { status: number; headers: { name: string; value: string }[] },
    end: of('end') as {
      ok: boolean;
      error: string;
      bytes: number;
      cut: boolean;
      trailers: unknown[];
      durationMs: number;
    },
    body: Buffer.concat(data).toString(),
  };
}

const openApi = {
  openapi: '3.0.0',
  paths: {
    '/items/{id}': { put: { parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }], responses: {} } },
  },
};

const serveEcho = (service = 'svc') =>
  gateway().serve(
    http.createServer((request, response) => {
      if (request.url === '/v3/api-docs') {
        response.end(JSON.stringify(openApi));
        return;
      }
      if (!request.url?.startsWith('/items') && request.url !== '/big') {
        response.writeHead(404).end('nothing here');
        return;
      }
      if (request.url === '/big') {
        response.end('x'.repeat(3_000_000));
        return;
      }
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.setHeader('x-seen', request.headers.authorization ?? '');
        response.end(
          JSON.stringify({ method: request.method, url: request.url, body, trace: request.headers.traceparent }),
        );
      });
    }),
    service,
  );

it('a call is made through the gateway, answered piece by piece, and is a trace of its own', async () => {
  await serveEcho();
  const result = await call({
    service: 'svc',
    endpoint: 'PUT /items/{id}',
    fields: { id: 'a b' },
    headers: [{ name: 'authorization', value: 'Bearer {{TOKEN}}' }],
    body: Buffer.from('{"n":1}'),
  });
  expect(result.order).toEqual(['started', 'head', 'data', 'end']);
  expect(result.head).toMatchObject({ status: 200 });
  expect(result.head.headers).toContainEqual(expect.objectContaining({ name: 'x-seen', value: 'Bearer s3' }));
  const seen = JSON.parse(result.body) as { method: string; url: string; body: string; trace: string };
  expect(seen).toMatchObject({ method: 'PUT', url: '/items/a%20b', body: '{"n":1}' });
  expect(seen.trace).toContain(result.started.traceId);
  expect(result.started.url).toBe(`${gateway().url}/svc/items/a%20b`);
  expect(result.end).toMatchObject({ ok: true, error: '', cut: false, bytes: result.body.length });
  expect(gateway().calls.map(({ to, traceId }) => [to, traceId])).toEqual([['svc', result.started.traceId]]);
});

it('what the service says of itself, and what was seen, is what it offers; asking is no call', async () => {
  await serveEcho();
  await gateway().ask('/svc/items/17');
  const { endpoints } = await catalog.endpoints('svc', false);
  expect(endpoints.map(({ name, source }) => `${source} ${name}`)).toEqual([
    'openapi PUT /items/{id}',
    'traffic GET /items/{id}',
  ]);
  expect(gateway().calls).toHaveLength(1);
  const { endpoints: none, notes } = await catalog.endpoints('orders', false);
  expect([none.length, notes]).toEqual([1, ['the service has no ready instance to ask']]);
});

it('an answer that is larger than asked for is counted to its end', async () => {
  await serveEcho();
  const result = await call({ service: 'svc', path: '/big', maxBytes: 1000 });
  expect(result.body).toHaveLength(1000);
  expect(result.end).toMatchObject({ bytes: 3_000_000, cut: true, ok: true });
});

it('a failed answer, a service that hangs, a cancel and a stopped service each end with the reason', async () => {
  await serveEcho();
  await gateway().serve(
    http.createServer(() => {}),
    'orders',
  );
  expect((await call({ service: 'svc', path: '/nope' })).end).toMatchObject({ ok: false, error: '' });
  expect((await call({ service: 'orders', path: '/', timeoutMs: 200 })).end).toMatchObject({
    ok: false,
    error: 'no complete answer within 200 ms',
  });
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 100);
  expect((await call({ service: 'orders', path: '/' }, cancel.signal)).end.error).toBe('cancelled');
  await expect(call({ service: 'order', path: '/' })).rejects.toMatchObject({
    code: 'service.not-found',
    next: 'did you mean "orders"?',
  });
  await expect(call({ service: 'svc', endpoint: 'PUT /item/{id}' })).rejects.toMatchObject({
    code: 'api.invalid',
  });
  await expect(call({ service: 'svc', endpoint: 'Items.Put' })).rejects.toMatchObject({ code: 'calls.no-endpoint' });
});

it('calls stand in the history, newest first, also for the next server', async () => {
  await serveEcho();
  await call({ service: 'svc', path: '/items', method: 'POST', body: Buffer.from('one') });
  await call({ service: 'svc', path: '/nope' });
  await call({ service: 'svc', path: '/items', unlisted: true });
  const again = new CallHistory(join(folder, 'calls.json'), systemClock);
  const calls = await again.list('svc', 10);
  expect(calls.map(({ id, request, head, end }) => [id, request?.path, head?.status, end?.ok])).toEqual([
    [2, '/nope', 404, false],
    [1, '/items', 200, true],
  ]);
  expect(Buffer.from(calls[1]?.request?.body ?? []).toString()).toBe('one');
  await again.clear();
  expect(await new CallHistory(join(folder, 'calls.json'), systemClock).list('', 10)).toEqual([]);
});

it('saved calls are files of the project', async () => {
  const project = create(ProjectSchema, { name: 'shop', folder });
  const saved = new SavedCalls(() => [project]);
  const one = create(SavedCallSchema, { name: 'buy tea', service: 'cart', path: '/items' });
  const file = await saved.save('', one);
  expect(file).toBe(join(folder, '.micro', 'calls', 'buy tea.yaml'));
  expect(await readFile(file, 'utf8')).toBe('service: cart\npath: /items\n');
  await writeFile(join(folder, '.micro', 'calls', 'broken.yaml'), 'servcie: cart\n');
  expect((await saved.list('shop')).map(({ call: found, problem }) => [found?.name, problem])).toEqual([
    [undefined, expect.stringContaining('line 1: unknown key "servcie", did you mean "service"?')],
    ['buy tea', ''],
  ]);
  await mkdir(join(folder, 'outside'), { recursive: true });
  for (const name of ['../outside/x', 'a/b', '', '.', 'con', 'x'.repeat(80)]) {
    await expect(saved.save('', create(SavedCallSchema, { name, service: 'a' }))).rejects.toMatchObject({
      code: 'api.invalid',
    });
  }
  await saved.remove('shop', 'buy tea');
  await expect(saved.remove('shop', 'buy tea')).rejects.toMatchObject({ code: 'calls.not-found' });
  await expect(saved.list('other')).rejects.toMatchObject({ code: 'project.not-found' });
});
