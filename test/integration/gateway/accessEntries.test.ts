import http from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();

const told = (count: number) => waitFor('they are told', () => gateway().answers.length === count);

it('each request is told once it has ended: forwarded ones, unknown services, and answers of the gateway itself', async () => {
  await gateway().serve(
    http.createServer((request, response) => request.resume().on('end', () => response.end('0123456789'))),
  );
  await gateway().ask('/svc/items?token=x', { method: 'POST', body: 'abc', headers: { 'user-agent': 'test/1' } });
  await told(1);
  await gateway().ask('/nobody/x');
  await told(2);
  await gateway().ask('/');
  await told(3);
  await gateway().ask('/svc', { headers: { host: 'evil.example' } });
  await told(4);
  expect(gateway().answers).toMatchObject([
    {
      via: 'gateway',
      client: '127.0.0.1',
      method: 'POST',
      target: '/svc/items?token=x',
      userAgent: 'test/1',
      status: 200,
      requestBytes: 3,
      responseBytes: 10,
      call: { from: 'outside', to: 'svc', node: 'svc', traceId: gateway().calls[0]?.traceId },
    },
    { target: '/nobody/x', status: 404, call: { to: 'nobody' } },
    { target: '/', status: 200, call: undefined },
    { target: '/svc', host: 'evil.example', status: 403, call: undefined },
  ]);
  expect(gateway().calls).toHaveLength(1);
});

it('a stream is told at its end with all of its bytes, a WebSocket with what passed both ways', async () => {
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    setImmediate(() => response.end('data: 2\n\n'));
  });
  new WebSocketServer({ server }).on('connection', (socket) =>
    socket.on('message', (data) => socket.send(`${String(data)}!`)),
  );
  await gateway().serve(server);
  await gateway().ask('/svc/events');
  await told(1);
  expect(gateway().answers[0]).toMatchObject({ status: 200, responseBytes: 18, call: { kind: 'stream' } });
  const socket = new WebSocket(`ws://127.0.0.1:${gateway().port}/svc/chat`);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('hello');
  await new Promise((resolve) => socket.once('message', resolve));
  expect(gateway().answers).toHaveLength(1);
  socket.close();
  await told(2);
  const { status, requestBytes, responseBytes } = gateway().answers[1]!;
  expect(status).toBe(101);
  // Frames of 2 + 4 + 5 and 2 + 6 bytes, and those of the close.
  expect(requestBytes).toBeGreaterThanOrEqual(11);
  expect(responseBytes).toBeGreaterThanOrEqual(8);
  expect(requestBytes).toBeLessThan(100);
});

it('a client that goes away is told without a status', async () => {
  await gateway().serve(http.createServer(() => {}));
  const client = new RawClient(gateway().port).say('GET /svc/slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await waitFor('it is under way', () => gateway().inFlight.inFlight('svc') === 1);
  client.socket.destroy();
  await told(1);
  expect(gateway().answers[0]).toMatchObject({ status: 0, call: { error: 'the caller went away' } });
});
