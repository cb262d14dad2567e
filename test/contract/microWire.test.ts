import type { DescFile, DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { file_auth } from '../../shared/contract/gen/auth_pb.ts';
import { file_broker } from '../../shared/contract/gen/broker_pb.ts';
import { file_debug } from '../../shared/contract/gen/debug_pb.ts';
import { file_events } from '../../shared/contract/gen/events_pb.ts';
import { file_registry } from '../../shared/contract/gen/registry_pb.ts';
import { file_runtime } from '../../shared/contract/gen/runtime_pb.ts';
import { file_store } from '../../shared/contract/gen/store_pb.ts';

/**
 * Names and numbers of micro v3.19's packages, as its .proto files have them. A program that
 * was compiled against those speaks to us only as long as not one of these moves.
 */
const MESSAGES: Record<string, Record<string, Record<string, number>>> = {
  runtime: {
    Resource: { namespace: 1, networkpolicy: 2, service: 3, resourcequota: 4 },
    ResourceQuota: { name: 1, namespace: 2, requests: 3, limits: 4 },
    Service: { name: 1, version: 2, source: 3, metadata: 4, status: 5 },
    CreateOptions: {
      command: 1,
      args: 2,
      env: 3,
      output: 4,
      type: 5,
      image: 6,
      namespace: 7,
      secrets: 8,
      entrypoint: 9,
      volumes: 10,
      instances: 11,
      force: 12,
    },
    CreateRequest: { resource: 1, options: 2 },
    ReadOptions: { service: 1, version: 2, type: 3, namespace: 4 },
    ReadRequest: { options: 1 },
    ReadResponse: { services: 1 },
    UpdateOptions: { namespace: 1, entrypoint: 2, instances: 3 },
    UpdateRequest: { resource: 1, options: 2 },
    DeleteOptions: { namespace: 1 },
    DeleteRequest: { resource: 1, options: 2 },
    LogsRequest: { service: 1, stream: 2, count: 3, since: 4, options: 5, version: 6 },
    LogRecord: { timestamp: 1, metadata: 2, message: 3 },
  },
  registry: {
    Service: { name: 1, version: 2, metadata: 3, endpoints: 4, nodes: 5, options: 6 },
    Node: { id: 1, address: 2, port: 3, metadata: 4 },
    Endpoint: { name: 1, request: 2, response: 3, metadata: 4 },
    Value: { name: 1, type: 2, values: 3 },
    Options: { ttl: 1, domain: 2 },
    Result: { action: 1, service: 2, timestamp: 3 },
    GetRequest: { service: 1, options: 2 },
    GetResponse: { services: 1 },
    ListRequest: { options: 1 },
    ListResponse: { services: 1 },
    WatchRequest: { service: 1, options: 2 },
  },
  broker: {
    Message: { header: 1, body: 2 },
    PublishRequest: { topic: 1, message: 2 },
    // A number far from micro's own, should it ever add one.
    SubscribeRequest: { topic: 1, queue: 2, announce: 100 },
  },
  events: {
    PublishRequest: { topic: 1, metadata: 2, payload: 3, timestamp: 4 },
    ConsumeRequest: { group: 1, topic: 2, offset: 3, auto_ack: 4, ack_wait: 5, retry_limit: 6 },
    Event: { id: 1, topic: 2, metadata: 3, payload: 4, timestamp: 5 },
    AckRequest: { id: 1, success: 2 },
    ReadRequest: { topic: 1, limit: 2, offset: 3 },
    ReadResponse: { events: 1 },
    WriteRequest: { event: 1, ttl: 2 },
  },
  store: {
    Record: { key: 1, value: 2, expiry: 3, metadata: 4 },
    ReadOptions: { database: 1, table: 2, prefix: 3, suffix: 4, limit: 5, offset: 6, order: 7 },
    ListOptions: { database: 1, table: 2, prefix: 3, suffix: 4, limit: 5, offset: 6, order: 7 },
    BlobReadRequest: { key: 1, options: 2 },
    BlobReadResponse: { blob: 1 },
    BlobWriteRequest: { key: 1, options: 2, blob: 3 },
    BlobDeleteRequest: { key: 1, options: 2 },
  },
  auth: {
    Token: { access_token: 1, refresh_token: 2, created: 3, expiry: 4 },
    Account: { id: 1, type: 2, metadata: 4, scopes: 5, issuer: 6, secret: 7, name: 8 },
    Resource: { name: 1, type: 2, endpoint: 3 },
    Rule: { id: 1, scope: 2, resource: 3, access: 4, priority: 5 },
    GenerateRequest: { id: 1, metadata: 3, scopes: 4, secret: 5, type: 6, provider: 7, options: 8, name: 9 },
    GenerateResponse: { account: 1 },
    InspectRequest: { token: 1, options: 2 },
    InspectResponse: { account: 1 },
    TokenRequest: { id: 1, secret: 2, refresh_token: 3, token_expiry: 4, options: 5 },
    TokenResponse: { token: 1 },
    ListAccountsRequest: { options: 1 },
    DeleteAccountRequest: { id: 1, options: 2 },
    ChangeSecretRequest: { id: 1, old_secret: 2, new_secret: 3, options: 4 },
    CreateRequest: { rule: 1, options: 2 },
    DeleteRequest: { id: 1, options: 2 },
    ListRequest: { options: 2 },
    ListResponse: { rules: 1 },
  },
  debug: {
    HealthResponse: { status: 1 },
    StatsResponse: { timestamp: 1, started: 2, uptime: 3, memory: 4, threads: 5, gc: 6, requests: 7, errors: 8 },
  },
};

/** Methods by service; `>` marks those that answer with a stream. */
const METHODS: Record<string, string[]> = {
  'runtime.Runtime': ['Create', 'Read', 'Delete', 'Update', 'Logs >'],
  'registry.Registry': ['GetService', 'Register', 'Deregister', 'ListServices', 'Watch >'],
  'debug.Debug': ['Health', 'Stats'],
  'store.Store': ['Read', 'Write', 'Delete', 'List >', 'Databases', 'Tables'],
  'store.BlobStore': ['Read >', 'Write', 'Delete', 'List'],
  'auth.Auth': ['Generate', 'Inspect', 'Token'],
  'auth.Accounts': ['List', 'Delete', 'ChangeSecret'],
  'auth.Rules': ['Create', 'Delete', 'List'],
  'broker.Broker': ['Publish', 'Subscribe >'],
  'events.Stream': ['Publish', 'Consume >'],
  'events.Store': ['Read', 'Write'],
};

const files: Record<string, DescFile> = {
  runtime: file_runtime,
  registry: file_registry,
  store: file_store,
  auth: file_auth,
  broker: file_broker,
  events: file_events,
  debug: file_debug,
};
const numbers = (message: DescMessage | undefined): Record<string, number> =>
  Object.fromEntries(message?.fields.map((field) => [field.name, field.number]) ?? []);

describe.each(Object.keys(MESSAGES))("the package %s is micro's own on the wire", (name) => {
  const file = files[name] as DescFile;

  it.each(Object.keys(MESSAGES[name] ?? {}))('message %s', (message) => {
    expect(numbers(file.messages.find((each) => each.name === message))).toEqual(MESSAGES[name]?.[message]);
  });

  it('methods, one by one', () => {
    for (const service of file.services)
      expect(
        service.methods.map((each) => `${each.name}${each.methodKind === 'server_streaming' ? ' >' : ''}`),
        service.typeName,
      ).toEqual(METHODS[service.typeName]);
    expect(file.services.length).toBeGreaterThan(0);
  });
});
