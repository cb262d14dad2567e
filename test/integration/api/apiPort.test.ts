import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { apiRoutes, rpcPaths } from '../../../electron/server/api/api.ts';
import { ApiPort } from '../../../electron/server/api/http/apiPort.ts';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { Sockets } from '../../../electron/server/api/http/sockets.ts';
import { UiFiles } from '../../../electron/server/api/http/uiFiles.ts';
import type { ApiOptions } from '../../../electron/server/api/api.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import type { RuntimeChange } from '../../../electron/server/runtime/runtime.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { ErrorDetailSchema } from '../../../shared/contract/gen/errors_pb.ts';
import { InfoResponseSchema } from '../../../shared/contract/gen/server_pb.ts';
import { ServiceSchema, WatchResponseSchema } from '../../../shared/contract/gen/state_pb.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import { admissionOver } from '../../helpers/authorityFixture.ts';

const credentials = new Credentials(systemClock);
const changes = new Emitter<RuntimeChange>();
const sockets = new Sockets();
const trafficPaths: string[] = [];
let uiFolder: string;
let port: number;
let apiPort: ApiPort;
let isReady = true;

beforeAll(async () => {
  uiFolder = await mkdtemp(join(tmpdir(), 'micro-ui-'));
  await writeFile(join(uiFolder, 'index.html'), '<!doctype html><title>page</title>');
  await symlink('/etc/passwd', join(uiFolder, 'outside.html'));
  const runtime = {
    onDidChange: changes.event,
    services: () => [create(ServiceSchema, { name: 'orders' })],
    service: (name: string) => (name === 'orders' ? create(ServiceSchema, { name }) : undefined),
    projects: () => [],
    notices: () => [],
  };
  const options = {
    runtime,
    clock: systemClock,
    info: () => create(InfoResponseSchema, { version: '9.9.9' }),
    startedAt: Date.now(),
    authority: {},
    servers: { servers: () => [], elsewhere: () => [] },
    home: uiFolder,
  } as unknown as ApiOptions;
  sockets.mount('echo', (socket, rest) => {
    socket.send(`hello ${rest}`);
    socket.on('message', (data: Buffer) => socket.send(data));
  });
  apiPort = new ApiPort({
    admission: admissionOver(credentials, uiFolder),
    logger: silentLogger,
    routes: apiRoutes(options),
    rpcPaths,
    isReady: () => isReady,
    sockets,
    ui: new UiFiles(uiFolder, credentials, () => port),
    traffic: {
      handleRequest: (request, response) => {
        trafficPaths.push(request.url ?? '');
        response.statusCode = 404;
        (response as import('node:http').ServerResponse).end('traffic');
      },
      handleUpgrade: (_request, socket) => void socket.destroy(),
    },
  });
  port = await apiPort.listen('127.0.0.1', 0);
});

afterAll(async () => {
  await apiPort.close();
  await rm(uiFolder, { recursive: true });
});

function post(path: string, headers: Record<string, string>, body = '{}'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
}

const json = { 'content-type': 'application/json' };
const authorized = { ...json, authorization: `Bearer ${credentials.token}` };

/** Sends a raw HTTP/1.1 request, so that Host and Origin can be anything. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
      if (answer.includes('\r\n')) {
        resolve(answer.split('\r\n')[0] as string);
        socket.destroy();
      }
    });
    socket.on('error', reject);
  });
}

describe('the one port of the API', () => {
  it('answers a JSON post with the token', async () => {
    const response = await post('/desktop.Desktop/Info', authorized);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ version: '9.9.9' });
  });

  it('answers what watches over a WebSocket too, and ends with it', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/_ws/watch/desktop.Desktop/Watch`, [
      'micro.v1',
      `bearer.${credentials.token}`,
    ]);
    const parts: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        parts.push(data);
        const bytes = Buffer.concat(parts);
        if (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) resolve();
      });
      socket.on('close', (code) => reject(new Error(String(code))));
      socket.on('error', reject);
    });
    const bytes = Buffer.concat(parts);
    expect(bytes[0]).toBe(0);
    const { event } = fromBinary(WatchResponseSchema, bytes.subarray(5, 5 + bytes.readUInt32BE(1)));
    expect(event.case).toBe('snapshot');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await ended;
    await waitFor('the watching to end', () => apiPort.clients === 0);
  });

  it('answers nothing over a WebSocket that does not watch, nor to somebody without the token', async () => {
    const endOf = (path: string, token: string): Promise<unknown> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/_ws/watch/${path}`, ['micro.v1', `bearer.${token}`]);
        socket.on('close', (code, reason) => resolve(`${code} ${String(reason)}`));
        socket.on('unexpected-response', (_request, response) => {
          resolve(response.statusCode);
          socket.terminate();
        });
        socket.on('error', () => {});
      });
    expect(await endOf('desktop.Desktop/Stop', credentials.token)).toBe('1008 api.unknown-method');
    expect(await endOf('desktop.Desktop/Info', credentials.token)).toBe('1008 api.unknown-method');
    expect(await endOf('desktop.Desktop/WatchNothing', credentials.token)).toBe('1008 api.unknown-method');
    expect(await endOf('desktop.Desktop/Watch', 'nonsense')).toBe(401);
  });

  it('refuses a call without the token, or with a wrong one', async () => {
    expect((await post('/desktop.Desktop/Info', json)).status).toBe(401);
    expect((await post('/desktop.Desktop/Info', { ...json, authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('tells a Connect client in words what was wrong with its token', async () => {
    const client = createClient(
      Desktop,
      createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '1.1' }),
    );
    const error = await client.info({}, { headers: { authorization: 'Bearer nonsense' } }).catch((e: unknown) => e);
    const [detail] = (error as import('@connectrpc/connect').ConnectError).findDetails(ErrorDetailSchema);
    expect(detail?.code).toBe('api.unauthenticated');
  });

  it('DT-07 refuses foreign hosts, foreign origins and bodies that are not JSON, and runs nothing', async () => {
    const token = `Authorization: Bearer ${credentials.token}\r\n`;
    const call = (extra: string): string =>
      `POST /desktop.Desktop/Status HTTP/1.1\r\n${extra}${token}Content-Length: 2\r\n\r\n{}`;
    const ours = `Host: 127.0.0.1:${port}\r\n`;
    expect(await raw(call(`Host: evil.example\r\nContent-Type: application/json\r\n`))).toContain('403');
    expect(await raw(call(`${ours}Origin: http://evil.example\r\nContent-Type: application/json\r\n`))).toContain(
      '403',
    );
    expect(await raw(call(`${ours}Content-Type: text/plain\r\n`))).toContain('403');
    expect(await raw(call(`${ours}Content-Type: application/json\r\n`))).toContain('200');
  });

  it('DT-07 refuses a WebSocket handshake of a foreign page and one without a token', async () => {
    const status = (headers: Record<string, string>, protocols: string[]): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/_ws/echo/a`, protocols, { headers });
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.on('open', () => {
          socket.close();
          resolve(101);
        });
        socket.on('error', () => {});
      });
    const withToken = ['micro.v1', `bearer.${credentials.token}`];
    expect(await status({ origin: 'http://evil.example' }, withToken)).toBe(403);
    expect(await status({}, ['micro.v1'])).toBe(401);
    expect(await status({ origin: 'app://micro' }, withToken)).toBe(101);
  });

  it.each([
    [
      'Connect over HTTP/1.1',
      () => createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '1.1' }),
    ],
    ['Connect over h2c', () => createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '2' })],
    ['gRPC over h2c', () => createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` })],
    ['gRPC-Web', () => createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '1.1' })],
  ] as const)('answers unary calls, streams and errors over %s', async (_name, transport) => {
    const client = createClient(Desktop, transport());
    const headers = { authorization: `Bearer ${credentials.token}` };
    expect((await client.info({}, { headers })).version).toBe('9.9.9');
    const stop = new AbortController();
    for await (const response of client.watch({}, { headers, signal: stop.signal })) {
      expect(response.event.case).toBe('snapshot');
      break;
    }
    stop.abort();
    const error = await client.status({ services: ['nobody'] }, { headers }).catch((e: unknown) => e);
    const [detail] = (error as import('@connectrpc/connect').ConnectError).findDetails(ErrorDetailSchema);
    expect(detail?.code).toBe('service.not-found');
    expect(detail?.message).toContain('nobody');
    expect(detail?.next).not.toBe('');
  });

  it('a page of the desktop app may call, and is told so beforehand', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/desktop.Desktop/Info`, {
      method: 'OPTIONS',
      headers: { origin: 'app://micro', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('app://micro');
  });

  it('gives the page only to a browser that came by a one-time link, and no file outside its folder', async () => {
    const base = `http://127.0.0.1:${port}`;
    expect((await fetch(`${base}/_ui/`)).status).toBe(401);
    const code = credentials.createCode();
    const first = await fetch(`${base}/_ui/?code=${code}`, { redirect: 'manual' });
    expect(first.status).toBe(303);
    expect((await fetch(`${base}/_ui/?code=${code}`, { redirect: 'manual' })).status).toBe(401);
    const setCookie = first.headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = setCookie.split(';')[0] as string;
    const page = await fetch(`${base}/_ui/`, { headers: { cookie } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`${base}/_ui/outside.html`, { headers: { cookie } })).status).toBe(404);
    expect((await fetch(`${base}/_ui/%2e%2e%2f%2e%2e%2fetc/passwd`, { headers: { cookie } })).status).toBe(404);
    expect((await post('/desktop.Desktop/Info', { ...json, cookie })).status).toBe(200);
  });

  it('hands everything that is not the contract to the traffic between services', async () => {
    await fetch(`http://127.0.0.1:${port}/orders/list?x=1`);
    await post('/orders.Orders/List', json);
    expect(trafficPaths.slice(-2)).toEqual(['/orders/list?x=1', '/orders.Orders/List']);
  });

  it('frees its port when it closes, with streams open', async () => {
    const second = new ApiPort({
      admission: admissionOver(credentials, uiFolder),
      logger: silentLogger,
      routes: () => {},
      rpcPaths,
      sockets: new Sockets(),
      ui: undefined,
      traffic: { handleRequest: () => {}, handleUpgrade: () => {} },
    });
    const taken = await second.listen('127.0.0.1', 0);
    const socket = net.connect(taken, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('GET /hanging HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await second.close();
    await closed;
    const again = net.createServer();
    await new Promise<void>((resolve, reject) => again.once('error', reject).listen(taken, '127.0.0.1', resolve));
    await new Promise((resolve) => again.close(resolve));
  });
});

describe('health', () => {
  it('is answered without a token, and says nothing else', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      expect([response.status, await response.text()]).toEqual([200, 'ok']);
    }
  });

  it('says that a server which ends takes no more work', async () => {
    isReady = false;
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    isReady = true;
  });
});
