import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createServer, type MicroServer } from '../../../electron/server/index.ts';
import { createMicroClient, type MicroClient } from '../../../shared/client/microClient.ts';
import { createLogger, createService, currentCall, ServiceError, type Service, z } from '../../../shared/sdk/index.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let server: MicroServer;
let proxy: URL;
let token: string;
let client: MicroClient;
let services: Service[] = [];
let lines: string[] = [];

/** Connections that the server has accepted; it runs in this process. */
const accepted = new Set<Socket>();
const noteSocket = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  accepted.add(socket);
  socket.once('close', () => accepted.delete(socket));
};

beforeAll(() => subscribe('net.server.socket', noteSocket));
afterAll(() => void unsubscribe('net.server.socket', noteSocket));

beforeEach(async () => {
  const home = await tempFolder('sdk-state');
  server = createServer({ home, version: 'test', projects: [], gatewayPort: 0, proxyPort: 0 });
  const at = await server.start();
  token = at.token;
  proxy = new URL(at.proxy);
  client = createMicroClient({ url: at.proxy, token });
});

function cutConnections(): void {
  for (const socket of accepted) socket.destroy();
}

afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
  lines = [];
  await server.stop();
});

/** A service that nobody started: with the user's token, as a program under a debugger has it. */
function serviceCalled(name: string): Service {
  const env = { MICRO_PROXY: proxy.host, MICRO_TOKEN: token };
  const service = createService({ name, env, logger: createLogger((line) => lines.push(line)) });
  services.push(service);
  return service;
}

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const key of keys) all.push(key);
  return all;
}

const Cart = z.object({ items: z.array(z.string()) });

it('records are read, written, listed, compared and deleted, checked by their schema', async () => {
  const carts = serviceCalled('cart').store.table('carts', Cart);
  expect(await carts.read('ann')).toBeUndefined();
  const first = await carts.write('ann', { items: ['tea'] }, { ttlMs: 3_600_000 });
  const record = await carts.read('ann');
  expect(record).toMatchObject({ key: 'ann', value: { items: ['tea'] }, revision: first });
  expect(record?.expiresAt).toBeGreaterThan(Date.now());
  expect(await carts.compareAndSet('ann', undefined, { items: [] })).toBeUndefined();
  const second = await carts.compareAndSet('ann', first, { items: ['cup'] });
  expect(second).toBeGreaterThan(first);
  expect(await carts.compareAndSet('ann', first, { items: [] })).toBeUndefined();
  await expect(carts.write('bob', { items: 'none' } as never)).rejects.toThrow('items: ');
  const plain = serviceCalled('other').store.table('carts');
  await plain.write('raw', new Uint8Array([255, 0]));
  expect((await plain.readBytes('raw'))?.value).toEqual(new Uint8Array([255, 0]));
  await expect(carts.read('raw')).rejects.toThrow('readBytes');
  await plain.write('wrong', { things: 1 });
  await expect(carts.read('wrong')).rejects.toThrow(ServiceError);
  const operations = Array.from({ length: 1200 }, (_, at) => ({
    key: `many/${String(at).padStart(4, '0')}`,
    act: { case: 'put' as const, value: {} },
  }));
  await client.records.apply({ place: { table: 'carts' }, operations });
  const keys = await listed(plain.list({ prefix: 'many/' }));
  expect([keys.length, keys[0], keys.at(-1)]).toEqual([1200, 'many/0000', 'many/1199']);
  expect(await listed(plain.list({ prefix: 'many/', reverse: true, limit: 2 }))).toEqual(['many/1199', 'many/1198']);
  await carts.delete('ann');
  await carts.delete('ann');
  expect(await carts.read('ann')).toBeUndefined();
});

it('watches of store and config go on after the connection was lost', async () => {
  const service = serviceCalled('watcher');
  const table = service.store.table('watched');
  const changes: string[] = [];
  const values: unknown[] = [];
  const watching = Promise.all([
    (async () => {
      for await (const { type, key } of table.watch('a/')) changes.push(`${type} ${key}`.trim());
    })(),
    (async () => {
      for await (const value of service.config.watch('shop.discount', z.number())) values.push(value);
    })(),
  ]);
  await waitFor('the config is watched', () => values.length === 1);
  // The first write may come before the watch stands; one of them is seen.
  await waitFor('a change is seen', async () => {
    await table.write('a/1', 1);
    return changes.includes('written a/1');
  });
  await table.write('b/1', 1);
  await client.config.set({ path: 'shop.discount', value: { data: '5', format: 'json' } });
  await waitFor('the value is seen', () => values.includes(5));
  cutConnections();
  // The connection of this client was cut as well.
  await waitFor('the value is set', async () => {
    await client.config.set({ path: 'shop.discount', value: { data: '7', format: 'json' } });
    return true;
  });
  await waitFor('the new value is seen', () => values.includes(7), 60_000);
  await waitFor('what was missed is told', () => changes.includes('missed'), 60_000);
  expect(changes.filter((change) => change.includes('b/'))).toEqual([]);
  await service.stop();
  await watching;
});

it('a watch of the config tells that a secret was set anew, though it reads the same', async () => {
  const service = serviceCalled('secrets');
  const set = (text: string) =>
    client.config.set({
      path: 'mail.key',
      value: { data: JSON.stringify(text), format: 'json' },
      options: { secret: true },
    });
  await set('one');
  const values: unknown[] = [];
  const watching = (async () => {
    for await (const value of service.config.watch('mail.key')) values.push(value);
  })();
  await waitFor('the secret is watched', () => values.length > 0);
  await waitFor('its change is told', async () => {
    await set(`two ${values.length} ${Date.now()}`);
    return values.length > 1;
  });
  expect(new Set(values)).toEqual(new Set(['[secret]']));
  await service.stop();
  await watching;
});

it('a group gets each event once it was acknowledged, in the trace of its publisher, and again when its handler failed', async () => {
  const shop = serviceCalled('shop');
  const Order = z.object({ number: z.number() });
  const seen: { number: number; attempt: number; traceId: string | undefined }[] = [];
  const handler = ({ payload, attempt }: { payload: z.output<typeof Order>; attempt: number }): void => {
    seen.push({ number: payload.number, attempt, traceId: currentCall()?.traceId });
    if (payload.number === 2 && attempt === 1) throw new Error('out of paper');
  };
  const options = { group: 'mail', from: 'start', schema: Order } as const;
  for (const name of ['mailer-a', 'mailer-b']) serviceCalled(name).events.subscribe('orders.placed', options, handler);
  shop.handle(
    'Order',
    { request: z.object({}), response: z.object({ traceId: z.string() }) },
    async (_, { traceId }) => {
      for (const number of [1, 2, 3]) await shop.events.publish('orders.placed', { number }, { key: `k${number}` });
      return { traceId };
    },
  );
  const port = await shop.start();
  const answer = await fetch(`http://127.0.0.1:${port}/Shop/Order`, { method: 'POST' });
  const { traceId } = (await answer.json()) as { traceId: string };
  await waitFor('all were handled', () => seen.filter(({ attempt }) => attempt === 2).length === 1, 60_000);
  const first = seen.filter(({ attempt }) => attempt === 1).map(({ number }) => number);
  expect(first.sort()).toEqual([1, 2, 3]);
  expect(new Set(seen.map((one) => one.traceId))).toEqual(new Set([traceId]));
  await waitFor('nothing is left', async () => {
    const { topics } = await client.topics.list({});
    return topics[0]?.groups[0]?.lag === 0;
  });
  expect(lines.some((line) => line.includes('out of paper'))).toBe(true);
});

it('a subscription goes on after the connection was lost, and nothing is lost in between', async () => {
  const service = serviceCalled('reader');
  const seen: unknown[] = [];
  service.events.subscribe('news', { group: 'readers', from: 'start' }, ({ payload }) => seen.push(payload));
  await service.events.publish('news', 'one');
  await waitFor('the first', () => seen.length === 1);
  cutConnections();
  await service.events.publish('news', 'two').catch(() => service.events.publish('news', 'two'));
  await waitFor('the second', () => seen.includes('two'), 60_000);
  expect(new Set(seen)).toEqual(new Set(['one', 'two']));
});

it('stop waits for the handler that has an event, acknowledges it, and takes no further one', async () => {
  const service = serviceCalled('slow');
  let release: (() => void) | undefined;
  const handled: unknown[] = [];
  service.events.subscribe('jobs', { group: 'workers', from: 'start' }, async ({ payload }) => {
    await new Promise<void>((resolve) => (release = resolve));
    handled.push(payload);
  });
  for (const job of [1, 2]) await service.events.publish('jobs', job);
  await waitFor('the first is being handled', () => release);
  const stopped = service.stop();
  release?.();
  await stopped;
  expect(handled).toEqual([1]);
  const { topics } = await client.topics.list({ topic: 'jobs' });
  expect(topics[0]?.groups[0]).toMatchObject({ lag: 1, unacked: 0, members: [] });
});
