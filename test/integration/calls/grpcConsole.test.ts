import http2 from 'node:http2';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { beforeEach, expect, it } from 'vitest';
import { contractServices } from '../../../electron/server/api/api.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { CallConsole } from '../../../electron/server/calls/callConsole.ts';
import { EndpointCatalog } from '../../../electron/server/calls/endpointCatalog.ts';
import { seenMessages } from '../../../electron/server/calls/seenMessages.ts';
import { KeptBody } from '../../../electron/server/traffic/keptBody.ts';
import { ServiceCallRequestSchema } from '../../../shared/contract/gen/calls_pb.ts';
import { ServerReflection } from '../../../shared/contract/gen/grpc_reflection_pb.ts';
import { ServerReflection as OlderReflection } from '../../../shared/contract/gen/grpc_reflection_v1alpha_pb.ts';
import { file_registry, GetRequestSchema, Registry } from '../../../shared/contract/gen/registry_pb.ts';
import { aCall } from '../../helpers/aCall.ts';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { grpcFrame } from '../../helpers/http2Client.ts';

const gateway = useGateway();
let catalog: EndpointCatalog;
let console_: CallConsole;

beforeEach(() => {
  catalog = new EndpointCatalog({
    registry: gateway().registry,
    seen: () => [],
    contract: contractServices,
    clock: systemClock,
  });
  console_ = new CallConsole({
    catalog,
    history: { add: () => Promise.resolve() },
    services: () => ['svc'],
    variables: () => Promise.resolve(new Map()),
    gateway: () => gateway().url,
    clock: systemClock,
  });
});

type Request = Parameters<typeof create<typeof ServiceCallRequestSchema>>[1];

async function call(request: Request) {
  const messages: unknown[] = [];
  let end: unknown;
  let started: unknown;
  for await (const { event } of console_.call(
    create(ServiceCallRequestSchema, { service: 'svc', ...request }),
    new AbortController().signal,
  )) {
    if (event.case === 'message') messages.push(JSON.parse(event.value));
    if (event.case === 'end') end = event.value;
    if (event.case === 'started') started = event.value;
  }
  return { messages, end, started };
}

/** A registry as any service of gRPC, which describes itself under one of the two names. */
async function serveRegistry(reflection: typeof ServerReflection | typeof OlderReflection): Promise<void> {
  const routes = (router: ConnectRouter): void => {
    router.service(Registry, {
      getService({ service, options }) {
        if (service === '') throw new ConnectError('service is empty', Code.InvalidArgument);
        return { services: [{ name: service, version: String(options?.ttl ?? 0) }] };
      },
      async *watch() {
        await Promise.resolve();
        for (const action of ['create', 'delete']) yield { action };
      },
    });
    router.service(reflection as typeof ServerReflection, {
      async *serverReflectionInfo(requests) {
        for await (const { messageRequest } of requests) {
          if (messageRequest.case === 'listServices') {
            const service = [{ name: 'registry.Registry' }, { name: 'grpc.reflection.v1.ServerReflection' }];
            yield { messageResponse: { case: 'listServicesResponse', value: { service } } };
          } else {
            const file = toBinary(FileDescriptorProtoSchema, file_registry.proto);
            yield { messageResponse: { case: 'fileDescriptorResponse', value: { fileDescriptorProto: [file] } } };
          }
        }
      },
    });
  };
  await gateway().serve(http2.createServer(connectNodeAdapter({ routes })));
}

it.each([
  ['today', ServerReflection],
  ['of older services', OlderReflection],
] as const)('a service of gRPC describes itself under the name %s, and is called with JSON', async (_, reflection) => {
  await serveRegistry(reflection);
  const { endpoints, notes } = await catalog.endpoints('svc', false);
  expect(notes).toEqual([]);
  const get = endpoints.find(({ name }) => name === 'registry.Registry.GetService');
  expect(get).toMatchObject({ protocol: 'grpc', path: '/registry.Registry/GetService', source: 'reflection' });
  expect(get?.parameters.map(({ name, type }) => [name, type])).toEqual([
    ['service', 'string'],
    ['options', 'object'],
  ]);
  expect(JSON.parse(get?.example ?? '')).toEqual({ service: '', options: { ttl: 0, domain: '' } });
  expect(endpoints.find(({ name }) => name.endsWith('.Watch'))?.serverStreaming).toBe(true);

  const one = await call({ endpoint: 'Registry.GetService', fields: { service: 'orders', options_ttl: '30' } });
  for (const endpoint of ['registry.Registry/GetService', '/registry.Registry/GetService', 'Registry/getservice'])
    expect((await call({ endpoint, fields: { service: 'orders' } })).messages).toHaveLength(1);
  expect(one.messages).toEqual([{ services: [{ name: 'orders', version: '30' }] }]);
  expect(one.end).toMatchObject({ ok: true, grpcStatus: 0, error: '' });
  const { port } = gateway();
  expect(one.started).toMatchObject({
    curl: `grpcurl -plaintext -authority svc.localhost:${port} -d '{"service":"orders","options":{"ttl":30}}' 127.0.0.1:${port} registry.Registry/GetService`,
  });
});

it('a call that was seen is read back as JSON: by the types of the service, compressed or not, as far as it is whole', async () => {
  await serveRegistry(ServerReflection);
  const path = '/registry.Registry/GetService';
  const message = toBinary(GetRequestSchema, create(GetRequestSchema, { service: 'orders' }));
  const seen = async (bytes: Uint8Array, type: string, coding?: string, limit = 1000) => {
    const body = new KeptBody(type, limit, coding);
    body.take(Buffer.from(bytes));
    return seenMessages(aCall({ to: 'svc', kind: 'grpc', path, body }), catalog);
  };
  const endpoint = 'registry.Registry.GetService';
  const plain = grpcFrame(Buffer.from(message));
  const good = { messages: ['{"service":"orders"}'], endpoint, problem: '' };
  expect(await seen(plain, 'application/grpc')).toEqual(good);
  expect(await seen(grpcFrame('{"service":"orders"}'), 'application/grpc+json')).toEqual(good);
  const small = grpcFrame(gzipSync(message));
  small[0] = 1;
  expect(await seen(small, 'application/grpc+proto', 'gzip')).toEqual(good);
  expect(await seen(small, 'application/grpc+proto')).toMatchObject({
    messages: [],
    problem: 'a message is compressed, and it is not said how',
  });
  expect(await seen(Buffer.concat([plain, plain]), 'application/grpc', 'identity', plain.length + 7)).toEqual(good);
  expect((await seen(grpcFrame('not protobuf'), 'application/grpc')).problem).toMatch(
    /^a message is no registry\.GetRequest: /,
  );
});

it('what a service does not describe cannot be read, and that is said', async () => {
  await gateway().serve(http2.createServer(connectNodeAdapter({ routes: () => {} })));
  const body = new KeptBody('application/grpc', 100);
  body.take(grpcFrame('x'));
  const { problem, endpoint } = await seenMessages(
    aCall({ to: 'svc', kind: 'grpc', path: '/shop.Orders/Place', body }),
    catalog,
  );
  expect([endpoint, problem]).toEqual([
    'shop.Orders.Place',
    expect.stringMatching(
      /^svc does not describe its messages, so they cannot be written as JSON \(no description/,
    ) as string,
  ]);
});

it('a status that is no success, a stream, and a message that does not fit', async () => {
  await serveRegistry(ServerReflection);
  expect((await call({ endpoint: 'Registry.GetService' })).end).toMatchObject({
    ok: false,
    grpcStatus: 3,
    grpcMessage: 'service is empty',
  });
  expect((await call({ endpoint: 'Registry.Watch' })).messages).toEqual([{ action: 'create' }, { action: 'delete' }]);
  await expect(call({ endpoint: 'Registry.GetService', body: Buffer.from('{"servce":"x"}') })).rejects.toMatchObject({
    code: 'api.invalid',
    message: expect.stringContaining('does not fit') as string,
  });
});

it('endpoints that a service registered are called in JSON, which micro’s services take', async () => {
  await gateway().serve(
    http2.createServer().on('stream', (stream, headers) => {
      stream.on('data', (chunk: Buffer) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc+json' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        const got = { path: headers[':path'], type: headers['content-type'], message: chunk.subarray(5).toString() };
        stream.end(grpcFrame(JSON.stringify(got)));
      });
    }),
  );
  const node = gateway().registry.get('svc')!.nodes[0]!;
  gateway().registry.register(
    {
      name: 'svc',
      version: '1',
      endpoints: [
        {
          name: 'Greeter.Hello',
          metadata: {},
          request: { name: 'Request', type: 'Request', values: [{ name: 'age', type: 'int32', values: [] }] },
        },
      ],
    },
    { ...node, metadata: { protocol: 'grpc' } },
  );
  const { messages, end } = await call({ endpoint: 'Greeter.Hello', fields: { age: '7' } });
  expect(messages).toEqual([{ path: '/svc.Greeter/Hello', type: 'application/grpc+json', message: '{"age":7}' }]);
  expect(end).toMatchObject({ ok: true });
  await expect(call({ endpoint: 'Greeter.Hello', fields: { age: 'x' } })).rejects.toMatchObject({
    message: 'age "x" is not a whole number',
  });
});
