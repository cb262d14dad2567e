import http2 from 'node:http2';
import { beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FrameReader } from '../../../electron/server/traffic/rpcFrames.ts';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { grpcFrame } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();
let aborted: number;

/** A service of gRPC in JSON: `Echo` answers each message, `Count` counts down from `from`, `Fail` sends one and gives up. */
function service(): http2.Http2Server {
  return http2.createServer().on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.on('close', () => {
      if (stream.rstCode === http2.constants.NGHTTP2_CANCEL) aborted++;
    });
    const method = String(headers[':path']).split('/').pop();
    const frames = new FrameReader();
    let status: Record<string, string> = { 'grpc-status': '0' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+json' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(status));
    stream.on('data', (chunk: Buffer) => {
      for (const message of frames.push(chunk)) {
        const request = JSON.parse(message.toString()) as { from?: number };
        if (method === 'Echo') stream.write(grpcFrame(JSON.stringify({ heard: request })));
        for (let left = Number(request.from ?? 0); method === 'Count' && left > 0; left--)
          stream.write(grpcFrame(JSON.stringify({ left })));
        if (method !== 'Fail') continue;
        status = { 'grpc-status': '5', 'grpc-message': `nobody%20is%20called%20${'Ada'.repeat(100)}` };
        stream.write(grpcFrame('{"first":true}'));
      }
      if (method === 'Fail') stream.end();
    });
    // A server of gRPC ends its answer when the requests have ended.
    stream.on('end', () => stream.end());
  });
}

beforeEach(async () => {
  aborted = 0;
  await gateway().serve(service(), 'talk');
  const node = gateway().registry.get('talk')!.nodes[0]!;
  gateway().registry.register(
    {
      name: 'talk',
      version: '1',
      endpoints: [
        { name: 'Talk.Echo', metadata: { stream: 'true' } },
        { name: 'Talk.Count', metadata: { stream: 'true', streams: 'server' } },
        { name: 'Talk.Fail', metadata: { stream: 'true' } },
        { name: 'Talk.Hello', metadata: {} },
      ],
    },
    node,
  );
});

async function open(path: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway().port}${path}`);
  const heard: unknown[] = [];
  let closed: { code: number; reason: string } | undefined;
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => (closed = { code, reason: String(reason) }));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, heard, closed: () => waitFor('it is closed', () => closed) };
}

it('each text message is a request and each answer a message, both ways at once; an empty one ends the requests', async () => {
  const { socket, heard, closed } = await open('/talk/echo?lang=de');
  socket.send('{"name":"Ada"}');
  await waitFor('the first answer', () => heard.length === 1);
  socket.send('{"name":"Bob","lang":"en"}');
  await waitFor('the second answer', () => heard.length === 2);
  expect(heard).toEqual([{ heard: { lang: 'de', name: 'Ada' } }, { heard: { lang: 'en', name: 'Bob' } }]);
  socket.send('');
  expect(await closed()).toEqual({ code: 1000, reason: '' });
  expect(gateway().calls).toMatchObject([
    { to: 'talk', kind: 'websocket', path: '/talk.Talk/Echo', status: 101, error: '' },
  ]);
  await waitFor('it is told', () => gateway().answers.length === 1);
  expect(gateway().answers[0]).toMatchObject({ status: 101, requestBytes: 40, responseBytes: 72 });
  await gateway().whenIdle('talk');
});

it('an endpoint that takes one request answers it and ends', async () => {
  const { socket, heard, closed } = await open('/talk/count');
  socket.send('{"from":3}');
  expect((await closed()).code).toBe(1000);
  expect(heard).toEqual([{ left: 3 }, { left: 2 }, { left: 1 }]);
});

it('an error closes the socket with its status and as much of its reason as fits', async () => {
  const { socket, heard, closed } = await open('/talk/fail');
  socket.send('{}');
  const { code, reason } = (await closed())!;
  expect(code).toBe(4404);
  expect(reason).toMatch(/^nobody is called Ada/);
  expect(Buffer.byteLength(reason)).toBe(123);
  expect(heard).toEqual([{ first: true }]);
});

it('what is no JSON, or no text, closes the socket and ends the call', async () => {
  const first = await open('/talk/echo');
  first.socket.send('{');
  expect(await first.closed()).toMatchObject({
    code: 4400,
    reason: expect.stringContaining('cannot be read') as string,
  });
  const second = await open('/talk/echo');
  second.socket.send(Buffer.from('{}'));
  expect(await second.closed()).toEqual({ code: 1003, reason: 'messages are JSON text' });
  await waitFor('the service is told of both', () => aborted === 2);
  await gateway().whenIdle('talk');
});

it('a client that goes away ends the call, and a service that goes away closes the socket', async () => {
  const first = await open('/talk/echo');
  first.socket.send('{}');
  await waitFor('it is answered', () => first.heard.length === 1);
  first.socket.terminate();
  await waitFor('the service is told', () => aborted === 1);
  const server = service();
  await gateway().serve(server, 'gone');
  const node = gateway().registry.get('gone')!.nodes[0]!;
  gateway().registry.register(
    { name: 'gone', version: '1', endpoints: [{ name: 'Gone.Echo', metadata: { stream: 'true' } }] },
    node,
  );
  const second = await open('/gone/echo');
  second.socket.send('{}');
  await waitFor('it is answered', () => second.heard.length === 1);
  await gateway().kill(server);
  expect((await second.closed())?.code).toBe(4502);
});

it('a slow client makes the service wait, and gets everything in the end', async () => {
  const { socket, heard, closed } = await open('/talk/count');
  socket.pause();
  socket.send('{"from":200000}');
  await waitFor('it is under way', () => gateway().inFlight.inFlight('talk') === 1);
  socket.resume();
  expect((await closed())?.code).toBe(1000);
  expect([heard.length, heard.at(-1)]).toEqual([200_000, { left: 1 }]);
});

it('over plain HTTP a stream is a message a line, and an error the last line of an answer that breaks off', async () => {
  const answer = await gateway().ask('/talk/count?from=2', { method: 'POST' });
  expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
    200,
    'application/x-ndjson',
    '{"left":2}\n{"left":1}\n',
  ]);
  expect((await gateway().ask('/talk/count', { method: 'POST' })).status).toBe(204);
  await expect(gateway().ask('/talk/fail', { method: 'POST', body: '{}' })).rejects.toThrow('aborted');
  await waitFor('it is told', () => gateway().calls.some(({ grpcStatus }) => grpcStatus === 5));
});

it('a WebSocket on an endpoint that is no stream passes on as it is', async () => {
  await expect(open('/talk/hello')).rejects.toThrow();
  await waitFor('it is told', () => gateway().calls.length === 1);
  expect(gateway().calls[0]).toMatchObject({ path: '/hello', kind: 'websocket' });
});
