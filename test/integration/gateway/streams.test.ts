import http from 'node:http';
import { expect, it } from 'vitest';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();

it('GW-02 the head and each event of a stream pass at once, compressed for nobody', async () => {
  let events: http.ServerResponse | undefined;
  await gateway().serve(
    http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.flushHeaders();
      events = response;
    }),
  );
  for (const encoding of ['identity', 'gzip']) {
    const client = new RawClient(gateway().port);
    client.say(`GET /svc/sse HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
    expect(await client.until('\r\n\r\n')).not.toMatch(/content-encoding/i);
    events?.write('data: 0\n\n');
    await client.until('data: 0\n\n');
    events?.write('data: 1\n\n');
    await client.until('data: 1\n\n');
    client.socket.destroy();
    await gateway().whenIdle();
  }
});

it('a stream of events is told once, when it has begun, not when it ends', async () => {
  await gateway().serve(
    http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 0\n\n');
    }),
  );
  const client = new RawClient(gateway().port).say('GET /svc/sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.until('data: 0');
  expect(gateway().calls).toMatchObject([{ kind: 'stream', status: 200 }]);
  client.socket.destroy();
  await gateway().whenIdle();
  expect(gateway().calls).toHaveLength(1);
});

it('GW-02 the request to the service ends when the client goes', async () => {
  let ended = 0;
  await gateway().serve(
    http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 0\n\n');
      response.on('close', () => ended++);
    }),
  );
  const client = new RawClient(gateway().port).say('GET /svc/sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.until('data: 0');
  expect(ended).toBe(0);
  client.socket.destroy();
  await waitFor('the service sees the end', () => ended === 1);
});

it('GW-04 the service sees each of 200 cancelled calls', async () => {
  let begun = 0;
  let closed = 0;
  await gateway().serve(
    http.createServer((_, response) => {
      begun++;
      response.on('close', () => closed++);
    }),
  );
  const clients = Array.from({ length: 200 }, () =>
    new RawClient(gateway().port).say('GET /svc/slow HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  );
  await waitFor('all calls are there', () => begun === 200);
  for (const client of clients) client.socket.destroy();
  await waitFor('all calls are closed', () => closed === 200);
  await gateway().whenIdle();
  expect(gateway().calls).toHaveLength(200);
  expect(gateway().calls[0]).toMatchObject({ status: 0, error: 'the caller went away' });
});

it('GW-04 a call that is cancelled while it waits for its service is forgotten', async () => {
  gateway().states.set('svc', { status: 'starting', reason: '', expected: true });
  const client = new RawClient(gateway().port).say('GET /svc/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  let requests = 0;
  const server = http.createServer((_, response) => response.end(String(++requests)));
  const port = await gateway().listen(server);
  await waitFor('the call waits', () => gateway().lookUps > 0);
  client.socket.destroy();
  await waitFor('the call is told', () => gateway().calls.length === 1);
  gateway().register(port);
  expect((await gateway().ask('/svc/x')).body.toString()).toBe('1');
});

it('GW-04 300 calls at once of a stopped service get a prompt 503 with its name and state', async () => {
  gateway().states.set('svc', { status: 'error', reason: 'keeps crashing: exit 1', expected: false });
  const answers = await Promise.all(Array.from({ length: 300 }, () => gateway().ask('/svc/x')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(answers[0]?.json()).toMatchObject({
    id: 'gateway',
    code: 503,
    status: 'Service Unavailable',
    error: 'gateway.not-ready',
    detail: 'service "svc" has no ready instance (error: keeps crashing: exit 1)',
    next: 'start it: micro start svc',
  });
});

it('GW-04 300 calls at once of a service whose process is gone get a prompt 502, and later ones are served', async () => {
  const server = http.createServer();
  const port = await gateway().serve(server);
  await gateway().kill(server);
  gateway().register(port);
  gateway().states.set('svc', { status: 'running', reason: '', expected: true });
  const answers = await Promise.all(Array.from({ length: 300 }, () => gateway().ask('/svc/x')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]));
  expect(answers[0]?.json().detail).toBe('service "svc" refuses connections (running)');
  await gateway().serve(http.createServer((_, response) => response.end('back')));
  expect((await gateway().ask('/svc/x')).body.toString()).toBe('back');
});

it('an answer that breaks off does not look complete', async () => {
  await gateway().serve(
    http.createServer((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half');
      setImmediate(() => response.destroy());
    }),
  );
  await expect(gateway().ask('/svc/x')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  await waitFor('the call is told', () => gateway().calls.length === 1);
  expect(gateway().calls[0]?.error).toMatch(/broke off/);
});
