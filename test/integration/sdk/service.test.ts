import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, expect, it } from 'vitest';
import { Config } from '../../../shared/contract/gen/config_pb.ts';
import { createLogger, createService, currentCall, ServiceError, type Service, z } from '../../../shared/sdk/index.ts';
import { grpcFrame, Http2Client } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let service: Service | undefined;
let lines: Record<string, unknown>[] = [];

afterEach(async () => {
  await service?.stop();
  service = undefined;
  lines = [];
});

function greeter(options: Parameters<typeof createService>[0] = {}): Service {
  const logger = createLogger((line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  service = createService({ name: 'greeter', env: {}, logger, ...options });
  return service.handle(
    'Hello',
    {
      request: z.object({ name: z.string(), people: z.array(z.object({ age: z.number().int() })).default([]) }),
      response: z.object({ message: z.string() }),
    },
    ({ name }, { traceId }) => {
      if (name === 'nobody') throw new ServiceError(404, 'nobody is here');
      if (name === 'bug') throw new Error('a secret reason');
      service?.logger.info('greeted', { name });
      return { message: `Hello ${name} in ${traceId}` };
    },
  );
}

async function post(port: number, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('one port answers JSON over HTTP/1.1 and gRPC over HTTP/2, and both know the trace', async () => {
  const port = await greeter().start();
  const headers = { traceparent: TRACEPARENT };
  const message = 'Hello Ann in 0af7651916cd43dd8448eb211c80319c';
  expect(await post(port, '/Greeter/Hello', { name: 'Ann' }, headers)).toEqual({ status: 200, body: { message } });
  expect(await post(port, '/greeter.Greeter/Hello', { name: 'Ann' }, headers)).toEqual({
    status: 200,
    body: { message },
  });
  const client = new Http2Client(`http://127.0.0.1:${port}`);
  const answer = await client.ask(
    {
      ':method': 'POST',
      ':path': '/greeter.Greeter/Hello',
      'content-type': 'application/grpc+json',
      te: 'trailers',
      ...headers,
    },
    grpcFrame('{"name":"Ann"}'),
  );
  client.close();
  expect(answer.trailers['grpc-status']).toBe('0');
  expect(JSON.parse(answer.body.subarray(5).toString())).toEqual({ message });
  const greeted = lines.filter((line) => line.message === 'greeted');
  expect(greeted).toHaveLength(3);
  for (const line of greeted)
    expect(line).toMatchObject({ level: 'info', name: 'Ann', traceId: TRACEPARENT.slice(3, 35) });
});

it('a field that is wrong is a 400 that names its path; what is no JSON and no POST is told as well', async () => {
  const port = await greeter().start();
  const wrong = await post(port, '/Greeter/Hello', { name: 'Ann', people: [{ age: 1 }, { age: 'old' }] });
  expect(wrong.status).toBe(400);
  expect(wrong.body).toMatchObject({
    id: 'greeter',
    code: 400,
    status: 'Bad Request',
    fields: [{ path: 'people[1].age' }],
  });
  expect(wrong.body.detail).toContain('people[1].age: ');
  expect(await post(port, '/Greeter/Hello', '{"name"')).toMatchObject({ status: 400, body: { code: 400 } });
  const get = await fetch(`http://127.0.0.1:${port}/Greeter/Hello`);
  expect([get.status, await get.json()]).toMatchObject([405, { id: 'greeter', code: 405 }]);
});

it('an error is told in micro’s shape over HTTP and gRPC; the reason of a bug stays in the log', async () => {
  const port = await greeter().start();
  const expected = { id: 'greeter', code: 404, detail: 'nobody is here', status: 'Not Found' };
  expect(await post(port, '/Greeter/Hello', { name: 'nobody' })).toEqual({ status: 404, body: expected });
  const client = new Http2Client(`http://127.0.0.1:${port}`);
  const answer = await client.ask(
    { ':method': 'POST', ':path': '/greeter.Greeter/Hello', 'content-type': 'application/grpc+json', te: 'trailers' },
    grpcFrame('{"name":"nobody"}'),
  );
  client.close();
  const told = { ...answer.head, ...answer.trailers };
  expect(told['grpc-status']).toBe('5');
  expect(JSON.parse(decodeURIComponent(String(told['grpc-message'])))).toEqual(expected);
  const unknown = await new Http2Client(`http://127.0.0.1:${port}`).ask(
    { ':method': 'POST', ':path': '/greeter.Greeter/Nothing', 'content-type': 'application/grpc', te: 'trailers' },
    grpcFrame('{}'),
  );
  expect(unknown.head['grpc-status']).toBe('12');
  const bug = await post(port, '/Greeter/Hello', { name: 'bug' });
  expect([bug.status, JSON.stringify(bug.body)]).toEqual([500, expect.not.stringContaining('secret reason')]);
  expect(JSON.stringify(lines)).toContain('a secret reason');
});

it('a service that code was generated for is served over gRPC and Connect, also under the name of the service', async () => {
  service = createService({ name: 'settings', env: {}, logger: createLogger(() => {}) }).handle(Config, {
    get: ({ path }) => {
      if (path === '') throw new ServiceError(400, 'path: it is empty');
      return { value: { data: JSON.stringify([path, currentCall()?.traceId]), format: 'json' } };
    },
  });
  const port = await service.start();
  const baseUrl = `http://127.0.0.1:${port}`;
  for (const transport of [createGrpcTransport({ baseUrl }), createConnectTransport({ baseUrl, httpVersion: '1.1' })]) {
    const client = createClient(Config, transport);
    const headers = { traceparent: TRACEPARENT };
    const { value } = await client.get({ path: 'a.b' }, { headers });
    expect(JSON.parse(value?.data ?? '')).toEqual(['a.b', TRACEPARENT.slice(3, 35)]);
    await expect(client.get({ path: '' })).rejects.toThrow('path: it is empty');
  }
  const { status, body } = await post(port, '/settings.Config/Get', { path: 'x' });
  expect([status, body]).toMatchObject([200, { value: { format: 'json' } }]);
});

it('stop takes nothing new, lets a call under way end, and resolves when the port is free', async () => {
  let release: (() => void) | undefined;
  const entered = new Promise<void>((seen) => {
    service = createService({ name: 'slow', env: {}, logger: createLogger(() => {}) }).handle(
      'Wait',
      { request: z.object({}), response: z.object({ done: z.boolean() }) },
      async () => {
        seen();
        await new Promise<void>((resolve) => (release = resolve));
        return { done: true };
      },
    );
  });
  const port = await (service as unknown as Service).start();
  const answer = post(port, '/Slow/Wait', {});
  await entered;
  const stopped = (service as unknown as Service).stop();
  await waitFor(
    'it refuses',
    async () => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => 'refused')) === 'refused',
  );
  release?.();
  expect(await answer).toEqual({ status: 200, body: { done: true } });
  await stopped;
});

it('its health is asked for, and requests that are no calls go to the listener of HTTP', async () => {
  let isWell = true;
  const port = await greeter({
    health: () => {
      if (!isWell) throw new Error('the disk is full');
    },
    http: (request, response) => response.end(`page ${request.url}`),
  }).start();
  const health = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    return [response.status, await response.json()];
  };
  expect(await health()).toEqual([200, { status: 'ok' }]);
  isWell = false;
  expect(await health()).toMatchObject([503, { id: 'greeter', detail: 'the disk is full' }]);
  expect(await (await fetch(`http://127.0.0.1:${port}/about?x=1`)).text()).toBe('page /about?x=1');
});

it('an endpoint that could not be called is refused when it is added', () => {
  const schemas = { request: z.object({}), response: z.object({}) };
  const handler = (): Record<string, never> => ({});
  expect(() => greeter().handle('hello', schemas, handler)).toThrow('"hello" cannot be the name of an endpoint');
  expect(() => greeter().handle('Hello', schemas, handler)).toThrow('Greeter.Hello is there already');
  expect(() => greeter().handle('List', { ...schemas, request: z.string() as never }, handler)).toThrow('z.object');
  expect(() => createService({ name: 'My Service', env: {} })).toThrow('cannot be the name of a service');
});
