import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpcPaths } from '../../../electron/server/api/api.ts';
import { ApiPort } from '../../../electron/server/api/http/apiPort.ts';
import { Credentials } from '../../../electron/server/api/http/credentials.ts';
import { Sockets } from '../../../electron/server/api/http/sockets.ts';
import { recordsService } from '../../../electron/server/api/rpc/recordsService.ts';
import { storeService } from '../../../electron/server/api/rpc/storeService.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { createLogger } from '../../../electron/server/base/logger.ts';
import { openMemoryStore } from '../../../electron/server/store/openStore.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { admissionOver } from '../../helpers/authorityFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const credentials = new Credentials(systemClock);
const logged: string[] = [];
let store: Store;
let apiPort: ApiPort;
let port: number;

beforeAll(async () => {
  const folder = await tempFolder('direct');
  store = openMemoryStore(systemClock);
  apiPort = new ApiPort({
    admission: admissionOver(credentials, folder),
    logger: createLogger(({ message }) => logged.push(message)),
    routes: (router) => {
      storeService(router, store);
      recordsService(router, { store, restoreFolder: folder });
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
  await store.close();
});

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
