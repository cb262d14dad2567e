import { createHash } from 'node:crypto';
import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import { expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { collect, grpcFrame, Http2Client } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();

it('a very long URL passes whole, one that is too long is a 431, and of neither more than 4 KB is kept', async () => {
  await gateway().serve(
    http.createServer({ maxHeaderSize: 1 << 20 }, (request, response) => response.end(String(request.url?.length))),
  );
  const answer = await gateway().ask(`/svc/${'a'.repeat(60_000)}`);
  expect(answer.body.toString()).toBe('60001');
  expect((await gateway().ask(`/svc/${'a'.repeat(300_000)}`)).status).toBe(431);
  expect(gateway().calls.map(({ path }) => path.length)).toEqual([4097]);
});

it('a service on an address of IPv6 is reached by HTTP, WebSocket and gRPC', async () => {
  const register = (server: net.Server, name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '::1', () => {
        const { port } = server.address() as net.AddressInfo;
        gateway().registry.register({ name, version: '1' }, { id: name, address: '::1', port, metadata: {} });
        resolve();
      });
    });
  const plain = http.createServer((_, response) => response.end('six'));
  const sockets = new WebSocketServer({ server: plain });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const grpc = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  grpc.on('session', (session) => sessions.add(session));
  grpc.on('stream', (stream: http2.ServerHttp2Stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true }),
  );
  await register(plain, 'plain');
  await register(grpc as unknown as net.Server, 'calls');
  try {
    expect((await gateway().ask('/plain/x', { headers: { host: '[::1]:8080' } })).body.toString()).toBe('six');
    const socket = new WebSocket(`ws://127.0.0.1:${gateway().port}/plain/`);
    const echoed = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
    socket.once('open', () => socket.send('hi'));
    expect(await echoed).toBe('hi');
    socket.terminate();
    const client = new Http2Client(gateway().url);
    const call = { ':method': 'POST', ':path': '/calls.A/B', 'content-type': 'application/grpc', te: 'trailers' };
    expect((await client.ask(call, grpcFrame(''))).head['grpc-status']).toBe('0');
    client.close();
  } finally {
    for (const session of sessions) session.destroy();
    for (const one of sockets.clients) one.terminate();
    plain.closeAllConnections();
    await Promise.all([plain, grpc].map((server) => new Promise((resolve) => server.close(resolve))));
  }
});

it('GW-04 streams of HTTP/2 that a client resets end at the service, and the connection goes on', async () => {
  let begun = 0;
  let closed = 0;
  await gateway().serve(
    http.createServer((request, response) => {
      if (request.url === '/last') {
        response.end('still here');
        return;
      }
      begun++;
      response.on('close', () => closed++);
      response.write('begun');
    }),
  );
  const client = new Http2Client(gateway().url);
  const streams = Array.from({ length: 50 }, (_, index) => client.open({ ':path': `/svc/${index}` }));
  for (const stream of streams) {
    stream.on('error', () => {});
    stream.resume();
  }
  await waitFor('all streams have begun', () => begun === 50);
  for (const stream of streams) stream.close(http2.constants.NGHTTP2_CANCEL);
  await waitFor('the service sees all of them end', () => closed === 50);
  expect((await collect(client.open({ ':path': '/svc/last' }))).body.toString()).toBe('still here');
  client.close();
});

it('GW-09 a slow reader of HTTP/2 makes the service wait, and gets every byte', async () => {
  const whole = Buffer.alloc(24 * 1024 * 1024, 'a piece of some length, ');
  let written = 0;
  await gateway().serve(
    http.createServer((_, response) => {
      const send = (): void => {
        while (written < whole.length) {
          const piece = whole.subarray(written, written + 65_536);
          written += piece.length;
          if (!response.write(piece)) return void response.once('drain', send);
        }
        response.end();
      };
      send();
    }),
  );
  const client = new Http2Client(gateway().url);
  const stream = client.open({ ':path': '/svc/big' });
  await new Promise((resolve) => stream.once('response', resolve));
  // Nobody reads the stream yet: what is on its way has come to a halt once two looks find the same.
  let last = -1;
  await waitFor('the service waits', () => {
    const same = written === last && written > 0;
    last = written;
    return same;
  });
  expect(written).toBeLessThan(whole.length);
  const { body } = await collect(stream);
  expect(createHash('sha1').update(body).digest('hex')).toBe(createHash('sha1').update(whole).digest('hex'));
  client.close();
});

it('GW-01 the body with which a service refuses an upgrade arrives whole, by length, in chunks and until the end', async () => {
  const text = 'because '.repeat(20_000);
  const server = http.createServer();
  server.on('upgrade', (request: http.IncomingMessage, socket) => {
    const chunks = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    if (request.url === '/length') socket.end(`HTTP/1.1 403 No\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    else if (request.url === '/chunks') socket.end(`HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    else socket.end(`HTTP/1.1 403 No\r\n\r\n${text}`);
  });
  await gateway().serve(server);
  for (const way of ['length', 'chunks', 'end']) {
    const answer = await gateway().ask(`/svc/${way}`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toBe(text);
  }
});

it('GW-02 a stream breaks off visibly when its service restarts, and the next one is served by the new process', async () => {
  const start = (name: string, port = 0): Promise<[http.Server, number]> => {
    const server = http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${name}\n\n`);
    });
    return gateway()
      .listen(server, port)
      .then((at) => [server, at]);
  };
  const [first, port] = await start('first');
  gateway().register(port);
  gateway().states.set('svc', { status: 'running', expected: true, reason: '' });
  const client = new RawClient(gateway().port).say('GET /svc/sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.until('data: first');
  await gateway().kill(first);
  expect(await client.untilEnd()).not.toMatch(/\r\n0\r\n\r\n$/);
  const again = new RawClient(gateway().port).say('GET /svc/sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await waitFor('it waits for the service', () => gateway().lookUps > 0);
  await start('second', port);
  await again.until('data: second');
  again.socket.destroy();
});

it('an answer that comes in single bytes arrives unchanged', async () => {
  const wire =
    'HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n';
  const server = http.createServer((request) => {
    const { socket } = request;
    socket.setNoDelay(true);
    let at = 0;
    const next = (): void => {
      if (at < wire.length) socket.write(wire[at++] as string, () => setImmediate(next));
    };
    next();
  });
  await gateway().serve(server);
  const answer = await gateway().ask('/svc/x');
  expect(answer.body.toString()).toBe('hello, world');
  expect(answer.headers['x-a']).toBe('1');
  expect(answer.trailers['x-sum']).toBe('12');
});

it('answers of many connections at once do not get into one another', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      const mark = request.url?.slice(1) ?? '';
      const piece = Buffer.alloc(30_000, mark);
      let left = 20;
      const send = (): void => {
        if (left-- === 0) response.end();
        else response.write(piece, () => setImmediate(send));
      };
      send();
    }),
  );
  const marks = Array.from({ length: 32 }, (_, index) => `mark-${String(index).padStart(3, '0')};`);
  await Promise.all(
    marks.map(async (mark) => {
      const { body } = await gateway().ask(`/svc/${mark}`);
      expect(body.equals(Buffer.concat(Array.from({ length: 20 }, () => Buffer.alloc(30_000, mark))))).toBe(true);
    }),
  );
});
