import http from 'node:http';
import http2 from 'node:http2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiPort } from '../../../electron/server/api/http/apiPort.ts';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { Sockets } from '../../../electron/server/api/http/sockets.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { Proxy } from '../../../electron/server/proxy/proxy.ts';
import { OUTSIDE } from '../../../electron/server/traffic/call.ts';
import { ask, useGateway } from '../../helpers/gatewayFixture.ts';
import { grpcFrame, Http2Client } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import { admissionOver } from '../../helpers/authorityFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

// The services, their registry and the calls that are seen are those of the gateway's fixture.
const services = useGateway();
const credentials = new Credentials(systemClock);
let apiPort: ApiPort;
let port: number;

beforeEach(async () => {
  const { registry, inFlight, calls } = services();
  const proxy = new Proxy({
    registry,
    inFlight,
    states: { state: () => undefined, names: () => [], onDidChange: services().stateChanges.event },
    onDidCall: (call) => calls.push(call),
    callers: { callerOf: () => OUTSIDE },
    serviceOfToken: (token) => credentials.serviceOfToken(token),
    isOwnToken: (token) => token === credentials.token,
  });
  apiPort = new ApiPort({
    admission: admissionOver(credentials, await tempFolder('auth')),
    logger: silentLogger,
    routes: () => {},
    rpcPaths: new Set(),
    sockets: new Sockets(),
    ui: undefined,
    traffic: proxy,
  });
  port = await apiPort.listen('127.0.0.1', 0);
  await services().serve(
    http.createServer((request, response) => response.end(JSON.stringify([request.url, request.headers]))),
    'orders',
  );
});

afterEach(() => apiPort.close());

const get = (path: string, headers: http.OutgoingHttpHeaders = {}) =>
  ask({ host: '127.0.0.1', port, path, agent: false, headers });

it('a program that uses the port as its proxy reaches services by their names', async () => {
  const answer = await get('http://orders/a//b?x=%2F', { host: 'orders' });
  const [url, headers] = JSON.parse(answer.body.toString()) as [string, Record<string, string>];
  expect([url, headers.host]).toEqual(['/a//b?x=%2F', 'orders']);
  expect((await get('http://orders', { host: 'orders' })).json()[0 as never]).toBe('/');
  const elsewhere = await get('http://example.com/', { host: 'example.com' });
  expect(elsewhere.status).toBe(404);
  expect(elsewhere.json()).toMatchObject({
    id: 'proxy',
    detail: 'there is no service "example.com"',
    next: expect.stringContaining('NO_PROXY') as string,
  });
});

it('the caller is known by its token, which goes no further', async () => {
  const answer = await get('/orders/x', { authorization: `Bearer ${credentials.serviceToken('web')}` });
  const [, headers] = JSON.parse(answer.body.toString()) as [string, Record<string, string>];
  expect(headers.authorization).toBeUndefined();
  expect((await get('/orders/x', { authorization: 'Bearer theirs' })).body.toString()).toContain('Bearer theirs');
  await waitFor('both are told', () => services().calls.length === 2);
  expect(services().calls.map(({ from, to, via }) => [from, to, via])).toEqual([
    ['web', 'orders', 'proxy'],
    [OUTSIDE, 'orders', 'proxy'],
  ]);
});

it('gRPC goes to the service before the first dot, frames and path as they are', async () => {
  await services().serve(
    http2.createServer().on('stream', (stream, headers) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () =>
        stream.sendTrailers({ 'grpc-status': '0', 'x-auth': headers.authorization ?? '-' }),
      );
      stream.end(grpcFrame(String(headers[':path'])));
      stream.resume();
    }),
    'greeter',
  );
  const client = new Http2Client(`http://127.0.0.1:${port}`);
  const answer = await client.ask(
    {
      ':method': 'POST',
      ':path': '/greeter.Greeter/Hello',
      'content-type': 'application/grpc+json',
      authorization: `Bearer ${credentials.serviceToken('web')}`,
    },
    grpcFrame('{}'),
  );
  client.close();
  expect(answer.body.equals(grpcFrame('/greeter.Greeter/Hello'))).toBe(true);
  expect(answer.trailers).toMatchObject({ 'grpc-status': '0', 'x-auth': '-' });
  await waitFor('it is told', () => services().calls.length === 1);
  expect(services().calls[0]).toMatchObject({ from: 'web', to: 'greeter', kind: 'grpc', grpcStatus: 0 });
});

it('a page cannot reach a service by a name that points at this machine', async () => {
  expect((await get('/orders/x', { host: 'evil.example' })).status).toBe(403);
});
