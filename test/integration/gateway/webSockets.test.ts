import http from 'node:http';
import type { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway({ answerTimeoutMs: 5000, holdMs: 3000 });

const HANDSHAKE =
  'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

function upgrading(handle: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void): http.Server {
  return http
    .createServer((_, response) => response.end('plain'))
    .on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      handle(request, socket, head);
    });
}

function handshake(path: string): RawClient {
  return new RawClient(gateway().port).say(`GET ${path} HTTP/1.1\r\n${HANDSHAKE}`);
}

/** A service that answers each message with the same one, subprotocol `echo`. */
function echoing(): http.Server {
  const server = http.createServer();
  new WebSocketServer({ server, handleProtocols: () => 'echo' }).on('connection', (socket, request) => {
    socket.send(`path ${request.url}`);
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  return server;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
}

it('a WebSocket passes with its subprotocol, in both directions, bytes unchanged', async () => {
  await gateway().serve(echoing());
  const socket = new WebSocket(`ws://127.0.0.1:${gateway().port}/svc/chat?x=1`, ['echo', 'other']);
  const heard: Buffer[] = [];
  socket.on('message', (data) => heard.push(data as Buffer));
  await opened(socket);
  expect(socket.protocol).toBe('echo');
  const big = Buffer.alloc(300_000, 'ab');
  socket.send('first');
  socket.send(big);
  await waitFor('both messages back', () => heard.length === 3);
  expect(heard[0]?.toString()).toBe('path /chat?x=1');
  expect(heard[1]?.toString()).toBe('first');
  expect(heard[2]?.equals(big)).toBe(true);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(4001, 'done');
  expect(await closed).toBe(4001);
  expect(gateway().calls).toMatchObject([{ kind: 'websocket', status: 101, path: '/chat?x=1', error: '' }]);
  await gateway().whenIdle();
});

it('GW-01 a service that refuses the upgrade is heard, and both connections end though it keeps its own open', async () => {
  const server = upgrading((_, socket) =>
    socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nx-a: b\r\n\r\nnope'),
  );
  await gateway().serve(server);
  const text = await handshake('/svc/ws').untilEnd();
  expect(text).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  expect(text).toMatch(/\r\nx-a: b\r\n/);
  expect(text).toMatch(/\r\n\r\nnope$/);
  await gateway().whenIdle();
});

it('GW-01 a service that drops the upgrade is a 502, and other routes go on', async () => {
  await gateway().serve(upgrading((_, socket) => socket.destroy()));
  await gateway().serve(
    http.createServer((_, response) => response.end('fine')),
    'other',
  );
  const text = await handshake('/svc/ws').untilEnd();
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).toContain('broke the connection');
  expect((await gateway().ask('/other/x')).body.toString()).toBe('fine');
});

it('GW-01 when the service dies within a session the client is closed without a word of HTTP', async () => {
  const server = upgrading((_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello');
  });
  await gateway().serve(server);
  const client = handshake('/svc/ws');
  const before = await client.until('hello');
  await gateway().kill(server);
  expect(await client.untilEnd()).toBe(before);
  await gateway().whenIdle();
});

it('GW-01 when the client dies within a session the service sees it', async () => {
  const server = upgrading((_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello');
    // Reads on, as a service does, and closes its side too.
    socket.resume().on('end', () => socket.end());
  });
  await gateway().serve(server);
  const client = handshake('/svc/ws');
  await client.until('hello');
  client.socket.resetAndDestroy();
  await waitFor('the connection to the service is closed', () => gateway().connections(server) === 0);
});

it('GW-01 after 500 handshakes that go wrong in every way no connection is left and the gateway serves', async () => {
  let turn = 0;
  const server = upgrading((_, socket) => {
    socket.resume().on('end', () => socket.end());
    switch (turn++ % 3) {
      case 0:
        socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
        break;
      case 1:
        socket.destroy();
        break;
      default:
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    }
  });
  await gateway().serve(server);
  for (let round = 0; round < 10; round++) {
    const clients = Array.from({ length: 50 }, () => handshake('/svc/ws'));
    await waitFor('all are answered', () => clients.every((client) => client.heard.length > 0 || client.ended));
    for (const client of clients) client.socket.resetAndDestroy();
  }
  await gateway().whenIdle();
  await waitFor('no connection to the service is left', () => gateway().connections(server) === 0);
  expect((await gateway().ask('/svc/x')).body.toString()).toBe('plain');
});

it('GW-01 an upgrade goes to another node when one refuses the connection', async () => {
  const dead = http.createServer();
  const port = await gateway().serve(dead, 'svc', 'dead');
  await gateway().kill(dead);
  gateway().register(port, 'svc', 'dead');
  await gateway().serve(echoing(), 'svc', 'live');
  for (let i = 0; i < 4; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway().port}/svc/`, ['echo']);
    await opened(socket);
    socket.terminate();
  }
});

it('an upgrade of a service that is not there is a JSON error with its state', async () => {
  gateway().states.set('svc', { status: 'stopped', reason: 'stopped by you', expected: false });
  const text = await handshake('/svc/ws').untilEnd();
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(text).toContain('service \\"svc\\" has no ready instance (stopped: stopped by you)');
});

it('an offer of HTTP/2 in the clear, as Java makes it, is a plain request, and so is the next one', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk)).on('end', () => response.end(`${request.url} [${body}]`));
    }),
  );
  const client = new RawClient(gateway().port);
  client.say(
    'POST /svc/one HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
      'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Length: 4\r\n\r\nbo',
  );
  client.say('dy');
  await client.until('/one [body]');
  client.say('GET /svc/two HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await client.until('/two []')).not.toContain('101');
  client.socket.destroy();
});
