import http2 from 'node:http2';
import { beforeEach, expect, it } from 'vitest';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { grpcFrame } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();

/** What the service answers next: a status, its message, and the message of the answer. */
let next: { status: string; detail?: string; message?: string };
let seen: { path: string; type: string; auth: string; message: unknown } | undefined;

beforeEach(async () => {
  next = { status: '0', message: '{"greeting":"hi"}' };
  seen = undefined;
  await gateway().serve(
    http2.createServer().on('stream', (stream, headers) => {
      stream.on('error', () => {});
      stream.on('data', (chunk: Buffer) => {
        const text = (name: string): string => String(headers[name] ?? '');
        seen = {
          path: text(':path'),
          type: text('content-type'),
          auth: text('authorization'),
          message: JSON.parse(chunk.subarray(5).toString()),
        };
        stream.respond({ ':status': 200, 'content-type': 'application/grpc+json' }, { waitForTrailers: true });
        const { status, detail, message } = next;
        stream.on('wantTrailers', () =>
          stream.sendTrailers({ 'grpc-status': status, ...(detail ? { 'grpc-message': detail } : {}) }),
        );
        stream.end(message === undefined ? undefined : grpcFrame(message));
      });
    }),
    'greeter',
  );
  const node = gateway().registry.get('greeter')!.nodes[0]!;
  gateway().registry.register(
    {
      name: 'greeter',
      version: '1',
      endpoints: [
        { name: 'Greeter.Hello', metadata: {} },
        { name: 'Greeter.Read', metadata: { path: '/people/{id}', method: 'GET' } },
      ],
    },
    node,
  );
});

const json = { 'content-type': 'application/json' };

it('a request becomes a call of the endpoint, and its answer JSON', async () => {
  const answer = await gateway().ask('/greeter/hello?lang=de', {
    method: 'POST',
    headers: { ...json, authorization: 'Bearer mine' },
    body: '{"name":"Ada"}',
  });
  expect([answer.status, answer.headers['content-type'], answer.json()]).toEqual([
    200,
    'application/json',
    { greeting: 'hi' },
  ]);
  expect(seen).toEqual({
    path: '/greeter.Greeter/Hello',
    type: 'application/grpc+json',
    auth: 'Bearer mine',
    message: { lang: 'de', name: 'Ada' },
  });
  await waitFor('it is told', () => gateway().calls.length === 1);
  expect(gateway().calls[0]).toMatchObject({
    to: 'greeter',
    kind: 'grpc',
    path: '/greeter.Greeter/Hello',
    status: 200,
    grpcStatus: 0,
    error: '',
  });
  await gateway().ask('/people/7', { headers: {} });
  expect(seen).toMatchObject({ path: '/greeter.Greeter/Read', message: { id: '7' } });
});

it('an empty answer is 204, an error has micro’s shape and its status', async () => {
  next = { status: '0', message: '{}' };
  const empty = await gateway().ask('/greeter/hello', { method: 'POST', body: '' });
  expect([empty.status, empty.body.length]).toEqual([204, 0]);
  next = { status: '5', detail: 'no such person' };
  expect((await gateway().ask('/greeter/hello')).json()).toEqual({
    id: 'greeter',
    code: 404,
    detail: 'no such person',
    status: 'Not Found',
  });
  next = { status: '2', detail: '{"id":"greeter.Hello","code":418,"detail":"teapot","status":"x"}' };
  const own = await gateway().ask('/greeter/hello');
  expect([own.status, own.json()]).toEqual([418, expect.objectContaining({ id: 'greeter.Hello', detail: 'teapot' })]);
});

it('a body that is no JSON, and a service that speaks no gRPC, are told', async () => {
  const bad = await gateway().ask('/greeter/hello', { method: 'POST', headers: json, body: '{' });
  expect([bad.status, bad.json().id]).toEqual([400, 'gateway']);
  expect(seen).toBeUndefined();
});
