import http from 'node:http';
import http2 from 'node:http2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { collect, grpcFrame, Http2Client } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();
let client: Http2Client;
let aborted: number;

/** Answers by the method that is called, as a server of gRPC would. */
function greeter(): http2.Http2Server {
  return http2.createServer().on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.on('aborted', () => aborted++);
    const method = String(headers[':path']).split('/').pop();
    const head = { ':status': 200, 'content-type': 'application/grpc+proto', 'x-seen': String(headers.traceparent) };
    if (method === 'Missing') {
      stream.respond({ ...head, 'grpc-status': '5', 'grpc-message': 'no such%20thing' }, { endStream: true });
      stream.resume();
      return;
    }
    if (method === 'Break') {
      stream.respond(head);
      stream.write(grpcFrame('half'), () => stream.destroy(new Error('broken')));
      return;
    }
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-end': headers['te'] as string }));
    if (method === 'Watch') {
      stream.write(grpcFrame('first'));
      return;
    }
    // Echoes each message as it comes.
    stream.on('data', (chunk) => stream.write(chunk));
    stream.on('end', () => stream.end());
  });
}

const grpc = (path: string, more: http2.OutgoingHttpHeaders = {}): http2.OutgoingHttpHeaders => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/grpc+proto',
  te: 'trailers',
  ...more,
});

beforeEach(async () => {
  aborted = 0;
  await gateway().serve(greeter());
  client = new Http2Client(gateway().url);
});

afterEach(() => client.close());

it('GW-10 the body and the trailers of a call arrive unchanged', async () => {
  const body = Buffer.concat([grpcFrame('one'), grpcFrame('two')]);
  const answer = await client.ask(grpc('/svc/helloworld.Greeter/Echo'), body);
  expect(answer.head).toMatchObject({ ':status': 200, 'content-type': 'application/grpc+proto' });
  expect(answer.body.equals(body)).toBe(true);
  expect(answer.trailers).toMatchObject({ 'grpc-status': '0', 'x-end': 'trailers' });
  await waitFor('the call is told', () => gateway().calls.length === 1);
  expect(gateway().calls[0]).toMatchObject({
    to: 'svc',
    kind: 'grpc',
    path: '/helloworld.Greeter/Echo',
    status: 200,
    grpcStatus: 0,
    requestBytes: body.length,
    responseBytes: body.length,
    error: '',
  });
  expect(answer.head['x-seen']).toContain(gateway().calls[0]?.traceId);
});

it('GW-10 an answer of headers alone carries its status', async () => {
  const answer = await client.ask(grpc('/svc/helloworld.Greeter/Missing'), grpcFrame('x'));
  expect(answer.head).toMatchObject({ 'grpc-status': '5', 'grpc-message': 'no such%20thing' });
  expect(answer.body).toHaveLength(0);
  await waitFor('the call is told', () => gateway().calls.length === 1);
  expect(gateway().calls[0]).toMatchObject({ grpcStatus: 5, error: 'no such thing' });
});

it('GW-10 a stream is not held back, and its cancel reaches the service', async () => {
  const stream = client.open(grpc('/svc/helloworld.Greeter/Watch'));
  const first = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
  expect(first.equals(grpcFrame('first'))).toBe(true);
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await waitFor('the service is told', () => aborted === 1);
  await gateway().whenIdle();
  expect(gateway().calls[0]).toMatchObject({ kind: 'grpc', error: 'the caller went away' });
});

it('messages go both ways at once', async () => {
  const stream = client.open(grpc('/svc/helloworld.Greeter/Echo'));
  const answer = collect(stream);
  for (const word of ['a', 'b', 'c']) {
    const heard = new Promise<Buffer>((resolve) => stream.once('data', resolve));
    stream.write(grpcFrame(word));
    expect((await heard).equals(grpcFrame(word))).toBe(true);
  }
  stream.end();
  expect((await answer).trailers['grpc-status']).toBe('0');
});

it('a megabyte of messages passes with backpressure', async () => {
  const body = Buffer.concat(Array.from({ length: 64 }, (_, i) => grpcFrame(Buffer.alloc(64 * 1024, i))));
  const answer = await client.ask(grpc('/svc/helloworld.Greeter/Echo'), body);
  expect(answer.body.equals(body)).toBe(true);
});

it('a service is found by the first word of the path, or by the host', async () => {
  const byPath = await client.ask(grpc('/svc.Greeter/Echo'), grpcFrame('x'));
  expect(byPath.trailers['grpc-status']).toBe('0');
  const byHost = await client.ask(grpc('/any.Greeter/Echo', { ':authority': 'svc.localhost' }), grpcFrame('x'));
  expect(byHost.trailers['grpc-status']).toBe('0');
  await waitFor('both are told', () => gateway().calls.length === 2);
  expect(gateway().calls.map(({ path }) => path)).toEqual(['/svc.Greeter/Echo', '/any.Greeter/Echo']);
});

it('what goes wrong is a status of gRPC that names the service', async () => {
  const unknown = await client.ask(grpc('/nobody.X/Y'), grpcFrame('x'));
  expect(unknown.head).toMatchObject({
    ':status': 200,
    'grpc-status': '5',
    'grpc-message': 'there is no service "nobody"',
  });
  await gateway().serve(
    http.createServer((_, response) => response.end()),
    'web',
  );
  const old = await client.ask(grpc('/web/X/Y'), grpcFrame('x'));
  expect(old.head).toMatchObject({
    'grpc-status': '14',
    'grpc-message': 'service "web" does not speak HTTP/2, which gRPC needs',
  });
  gateway().states.set('off', { status: 'stopped', reason: 'stopped by you', expected: false });
  const off = await client.ask(grpc('/off/X/Y'), grpcFrame('x'));
  expect(off.head['grpc-status']).toBe('14');
  const broken = await client.ask(grpc('/svc/x.Greeter/Break'), grpcFrame('x'));
  expect({ ...broken, body: String(broken.body) }).toMatchObject({ rstCode: http2.constants.NGHTTP2_INTERNAL_ERROR });
});

it('a deadline that the service does not keep ends the call', async () => {
  const answer = await client.ask(grpc('/svc/x.Greeter/Watch', { 'grpc-timeout': '50m' }), grpcFrame('x'));
  expect(answer.rstCode === 0 ? answer.head['grpc-status'] : 'broken').toBe('broken');
  await waitFor('the service is told', () => aborted === 1);
});

it('gRPC-Web becomes gRPC, its trailers the last frame, in bytes and in base64', async () => {
  const web = (type: string, body: Buffer | string) =>
    gateway().ask('/svc/helloworld.Greeter/Echo', {
      method: 'POST',
      headers: { 'content-type': type, origin: 'http://localhost:5173' },
      body,
    });
  const trailer = 'grpc-status: 0\r\nx-end: trailers\r\n';
  const last = Buffer.concat([Buffer.from([0x80, 0, 0, 0, trailer.length]), Buffer.from(trailer)]);
  const binary = await web('application/grpc-web+proto', grpcFrame('hello'));
  expect(binary.headers).toMatchObject({
    'content-type': 'application/grpc-web+proto',
    'access-control-allow-origin': 'http://localhost:5173',
  });
  expect(binary.body.equals(Buffer.concat([grpcFrame('hello'), last]))).toBe(true);
  const text = await web('application/grpc-web-text+proto', grpcFrame('hello').toString('base64'));
  const decoded = text.body
    .toString()
    .match(/[^=]+=*/g)!
    .map((part) => Buffer.from(part, 'base64'));
  expect(Buffer.concat(decoded).equals(Buffer.concat([grpcFrame('hello'), last]))).toBe(true);
});

it('plain HTTP/2 reaches services that speak HTTP/1.1', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.writeHead(201, [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ]);
        response.end(JSON.stringify({ url: request.url, method: request.method, headers: request.headers, body }));
      });
    }),
    'web',
  );
  const answer = await client.ask(
    { ':method': 'PUT', ':path': '/web/a//b?x=%2F', cookie: ['x=1', 'y=2'], 'x-many': ['1', '2'] },
    'hello',
  );
  expect(answer.head).toMatchObject({ ':status': 201, 'set-cookie': ['a=1', 'b=2'] });
  const seen = JSON.parse(answer.body.toString()) as { headers: Record<string, string> };
  expect(seen).toMatchObject({ url: '/a//b?x=%2F', method: 'PUT', body: 'hello' });
  expect(seen.headers).toMatchObject({
    host: `127.0.0.1:${gateway().port}`,
    cookie: 'x=1; y=2',
    'x-many': '1, 2',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-prefix': '/web',
  });
  const head = await client.ask({ ':method': 'HEAD', ':path': '/web/' });
  expect([head.head[':status'], head.body.length]).toEqual([201, 0]);
  await waitFor('both are told', () => gateway().calls.length === 2);
  expect(gateway().calls.map(({ status, error }) => [status, error])).toEqual([
    [201, ''],
    [201, ''],
  ]);
});

it('a page of this machine may read answers and errors, a stranger only when the service says so', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      if (request.url === '/own') response.setHeader('access-control-allow-origin', '*');
      response.end('ok');
    }),
    'web',
  );
  const allowed = async (path: string, origin: string, method = 'GET', more = {}) =>
    (await gateway().ask(path, { method, headers: { origin, ...more } })).headers['access-control-allow-origin'];
  expect(await allowed('/web/', 'http://localhost:3000')).toBe('http://localhost:3000');
  expect(await allowed('/nobody/', 'http://app.localhost')).toBe('http://app.localhost');
  expect(await allowed('/web/own', 'http://localhost:3000')).toBe('*');
  expect(await allowed('/web/', 'https://evil.example')).toBeUndefined();
  expect(await allowed('/web/', 'http://localhost.evil.example')).toBeUndefined();
  const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-mine' };
  const answer = await gateway().ask('/web/', {
    method: 'OPTIONS',
    headers: { origin: 'http://127.0.0.1:9', ...preflight },
  });
  expect([answer.status, answer.headers['access-control-allow-headers']]).toEqual([204, 'x-mine']);
  expect(await allowed('/web/', 'https://evil.example', 'OPTIONS', preflight)).toBeUndefined();
});
