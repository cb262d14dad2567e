import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpcPaths } from '../../../electron/server/api/api.ts';
import type { Admission } from '../../../electron/server/api/http/admission.ts';
import { ApiPort } from '../../../electron/server/api/http/apiPort.ts';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { Sockets } from '../../../electron/server/api/http/sockets.ts';
import { eventsService } from '../../../electron/server/api/rpc/eventsService.ts';
import { recordsService } from '../../../electron/server/api/rpc/recordsService.ts';
import { storeService } from '../../../electron/server/api/rpc/storeService.ts';
import { topicsService } from '../../../electron/server/api/rpc/topicsService.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { createLogger, silentLogger } from '../../../electron/server/base/logger.ts';
import type { Delivery, EventLog } from '../../../electron/server/events/eventLog.ts';
import { openMemoryEventLog } from '../../../electron/server/events/openEventLog.ts';
import { openMemoryStore } from '../../../electron/server/store/openStore.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { PublishRequestSchema } from '../../../shared/contract/gen/events_pb.ts';
import { admissionOver } from '../../helpers/authorityFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const credentials = new Credentials(systemClock);
const logged: string[] = [];
let store: Store;
let events: EventLog;
let apiPort: ApiPort;
let admission: Admission;
let port: number;

beforeAll(async () => {
  const folder = await tempFolder('direct');
  store = openMemoryStore(systemClock);
  const limits = async () => () => ({ maxAgeMs: 0, maxBytes: 1e9, maxEvents: 1e6 });
  events = await openMemoryEventLog({ clock: systemClock, logger: silentLogger, limits });
  admission = admissionOver(credentials, folder);
  apiPort = new ApiPort({
    admission,
    logger: createLogger(({ message }) => logged.push(message)),
    routes: (router) => {
      storeService(router, store);
      recordsService(router, { store, restoreFolder: folder });
      eventsService(router, events);
      topicsService(router, { events, clock: systemClock });
    },
    rpcPaths,
    sockets: new Sockets(),
    ui: undefined,
    traffic: { handleRequest: () => {}, handleUpgrade: () => {} },
  });
  port = await apiPort.listen('127.0.0.1', 0);
});

afterAll(async () => {
  await apiPort.close();
  await events.close();
  await store.close();
});

/** `{topic: "orders"}` as events.Stream/Publish takes it. */
const orderInProtobuf = toBinary(PublishRequestSchema, create(PublishRequestSchema, { topic: 'orders' }));

type Answer = { status: number; type: string | null; body: unknown };

async function send(method: string, body: string | Uint8Array, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credentials.token}`, ...headers },
    body: body as BodyInit,
  });
  const type = response.headers.get('content-type');
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    type,
    body: type === 'application/json' ? JSON.parse(bytes.toString()) : bytes.toString('hex'),
  };
}

/** The same call on the short way and, since it has a deadline, through the RPC library. */
async function both(method: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  return [await send(method, body, headers), await send(method, body, { ...headers, 'connect-timeout-ms': '60000' })];
}

describe('a call on the short way is answered as by the RPC library', () => {
  it.each([
    ['a record that is there', 'store.Store/Read', '{"key":"a"}', {}],
    ['the same in protobuf', 'store.Store/Read', Buffer.from([0x0a, 1, 0x61]), { 'content-type': 'application/proto' }],
    ['one that is not there', 'store.Store/Read', '{"key":"none"}', {}],
    ['a page', 'records.Records/Browse', '{"place":{"database":"micro","table":"micro"}}', {}],
    ['a field that it does not know', 'store.Store/Read', '{"key":"a","new":1}', {}],
    ['a key that cannot be one', 'store.Store/Write', '{"record":{"key":"","value":"YQ=="}}', {}],
    ['a message without what it needs', 'store.Store/Write', '{}', {}],
    ['a delete of nothing', 'store.Store/Delete', '{"key":"none"}', {}],
    ['an event in micro’s words', 'events.Stream/Publish', '{"topic":"orders","payload":"YQ=="}', {}],
    ['the same in protobuf', 'events.Stream/Publish', orderInProtobuf, { 'content-type': 'application/proto' }],
    ['an event for a topic that cannot be one', 'events.Stream/Publish', '{"topic":"no topic"}', {}],
    ['an event for no topic', 'topics.Topics/Publish', '{"payload":"YQ=="}', {}],
    ['a receipt for a topic that is not there', 'topics.Topics/Ack', '{"topic":"none","group":"g","ids":["x"]}', {}],
    ['a receipt for a group that is not there', 'topics.Topics/Ack', '{"topic":"orders","group":"g","ids":["x"]}', {}],
  ])('%s', async (_name, method, body, headers) => {
    await store.apply([{ type: 'write', database: 'micro', table: 'micro', key: 'a', value: Buffer.from('x') }]);
    const [direct, library] = await both(method, body, headers as Record<string, string>);
    expect(direct).toEqual(library);
  });

  it.each([
    ['no JSON', '{"key":', 'application/json'],
    ['no message', '"a"', 'application/json'],
    ['no protobuf', Buffer.from([0x0a, 9, 1]), 'application/proto'],
  ])('%s is refused with the same status', async (_name, body, type) => {
    const [direct, library] = await both('store.Store/Read', body, { 'content-type': type });
    expect(direct?.status).toBe(library?.status);
    expect(direct?.body).toMatchObject({ code: (library?.body as { code: string }).code });
  });
});

describe('events on the short way', () => {
  it('are the next of their topic with their key and metadata, as through the library', async () => {
    const body = '{"topic":"kept","key":"k","metadata":{"a":"b"},"payload":"YQ=="}';
    const answers = await both('topics.Topics/Publish', body);
    const { events: kept } = await events.history({ topic: 'kept', from: { offset: 0 }, limit: 10 });
    expect(kept.map(({ key, metadata, payload }) => [key, metadata, Buffer.from(payload).toString()])).toEqual([
      ['k', { a: 'b' }, 'a'],
      ['k', { a: 'b' }, 'a'],
    ]);
    // The first offset is 0, which Connect JSON leaves out.
    const said = kept.map(({ id, offset, time }) => ({ id, time, ...(offset === 0 ? {} : { offset }) }));
    expect(answers.map(({ status, body: answer }) => [status, answer])).toEqual(said.map((one) => [200, one]));
    expect(answers[0]?.type).toBe(answers[1]?.type);
  });

  it('are acknowledged once, and what is no longer under way is named', async () => {
    const consumer = await events.consume({ topic: 'work', group: 'mail', from: 'start', maxUnacked: 2 });
    await events.publish([1, 2].map((n) => ({ topic: 'work', payload: Buffer.from(String(n)) })));
    const ids: string[] = [];
    for (let n = 0; n < 2; n++) ids.push(((await consumer.next()) as Delivery).event.id);
    const ack = (id: string | undefined) => JSON.stringify({ topic: 'work', group: 'mail', ids: [id] });
    const headers = [{}, { 'connect-timeout-ms': '60000' }];
    for (const [way, header] of headers.entries()) {
      const call = () => send('topics.Topics/Ack', ack(ids[way]), header as Record<string, string>);
      expect(await call()).toMatchObject({ status: 200, body: {} });
      expect((await call()).body).toEqual({ unknown: [ids[way]] });
    }
    consumer.close();
    const [info] = await events.topics('work');
    expect(info?.groups).toMatchObject([{ name: 'mail', position: 2, lag: 0 }]);
  });

  it('are refused to an account without rights', async () => {
    const { authority } = admission;
    const secret = 'correct horse';
    await authority.accounts.create({
      namespace: 'micro',
      id: 'ann',
      name: 'Ann',
      type: 'user',
      scopes: [],
      metadata: {},
      secret,
    });
    const { accessToken: token } = await authority.login('micro', 'ann', secret, 0);
    for (const method of ['events.Stream/Publish', 'topics.Topics/Publish', 'topics.Topics/Ack']) {
      const answers = await both(method, '{"topic":"orders"}', { authorization: `Bearer ${token}` });
      expect(answers[0]?.status, method).toBe(403);
      expect(answers[0], method).toEqual(answers[1]);
    }
  });
});

describe('the short way', () => {
  it('needs the token, and keeps services to what is theirs', async () => {
    expect((await send('store.Store/Read', '{"key":"a"}', { authorization: 'Bearer x' })).status).toBe(401);
    const authorization = `Bearer ${credentials.serviceToken('orders')}`;
    const body = '{"record":{"key":"mine","value":"YQ=="}}';
    expect((await send('store.Store/Write', body, { authorization })).status).toBe(200);
    expect(await store.read({ database: 'micro', table: 'orders' }, 'mine')).toBeDefined();
    const foreign = await both('store.Store/Read', '{"key":"a","options":{"table":"auth"}}', { authorization });
    expect(foreign[0]?.status).toBe(403);
    expect(foreign[0]).toEqual(foreign[1]);
  });

  it('takes a message in many pieces, and none that is larger than a message may be', async () => {
    const value = Buffer.alloc(3_000_000, 7);
    const body = JSON.stringify({ record: { key: 'big', value: value.toString('base64') } });
    expect((await send('store.Store/Write', body, {})).status).toBe(200);
    expect((await store.read({ database: 'micro', table: 'micro' }, 'big'))?.value.length).toBe(value.length);
    const [direct, library] = await both('store.Store/Write', Buffer.alloc(73 * 1024 * 1024, 32));
    expect(direct?.status).toBe(library?.status);
    expect(direct?.body).toMatchObject({ code: 'resource_exhausted' });
  });

  it('tells a fault of ours as one, and writes it down', async () => {
    const read = store.read.bind(store);
    store.read = async () => {
      throw new TypeError('a fault of ours');
    };
    logged.length = 0;
    const [direct, library] = await both('store.Store/Read', '{"key":"a"}');
    store.read = read;
    expect(direct).toEqual(library);
    expect(logged).toEqual(['store.Store/Read failed', 'store.Store/Read failed']);
  });
});
