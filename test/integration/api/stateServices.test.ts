import { createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, it } from 'vitest';
import { configService } from '../../../electron/server/api/rpc/configService.ts';
import { errorInterceptor } from '../../../electron/server/api/rpc/errorInterceptor.ts';
import { recordsService } from '../../../electron/server/api/rpc/recordsService.ts';
import { storeService } from '../../../electron/server/api/rpc/storeService.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { StoredConfig } from '../../../electron/server/config/storedConfig.ts';
import { configDocuments } from '../../../electron/server/configDocuments.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { ConfigHistory } from '../../../shared/contract/gen/config_history_pb.ts';
import { Records } from '../../../shared/contract/gen/records_pb.ts';
import { Store as StoreContract } from '../../../shared/contract/gen/store_pb.ts';
import { type StoreKind, storeKinds, write } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const table = { database: 'micro', table: 'orders' };
let store: Store;
let config: StoredConfig;
let transport: ReturnType<typeof createRouterTransport>;

beforeEach(async () => {
  store = await (await (storeKinds[0] as StoreKind).make()).open();
  config = new StoredConfig(
    configDocuments(store),
    async () => {
      throw new Error('no secret is read here');
    },
    systemClock,
  );
  const restoreFolder = await tempFolder('restore');
  transport = createRouterTransport(
    (router) => {
      storeService(router, store);
      recordsService(router, { store, restoreFolder });
      configService(router, config);
    },
    { router: { interceptors: [errorInterceptor(silentLogger)] } },
  );
});

/** Messages of a stream, one after the other; `stop` goes away from it. */
function reader<T>(start: (signal: AbortSignal) => AsyncIterable<T>) {
  const controller = new AbortController();
  const messages = start(controller.signal)[Symbol.asyncIterator]();
  return {
    next: async (): Promise<T | undefined> => ((await messages.next()) as { value?: T }).value,
    stop: () => controller.abort(),
  };
}

describe('changes as they happen', () => {
  it('of records come from the first message on, those of the prefix only, and end when the reader goes', async () => {
    const watch = reader((signal) =>
      createClient(Records, transport).watch({ place: table, prefix: 'a/' }, { signal }),
    );
    expect(await watch.next()).toMatchObject({ type: '', key: '' });
    await store.apply([write('b', 'no'), write('a/1', 'yes'), write('a/2', 'no', { table: 'other' })]);
    await store.apply([{ type: 'delete', ...table, key: 'a/1' }]);
    expect(await watch.next()).toMatchObject({ type: 'written', key: 'a/1', missed: 0 });
    expect(await watch.next()).toMatchObject({ type: 'deleted', key: 'a/1' });
    watch.stop();
    await expect(watch.next()).rejects.toThrow('abort');
  });

  it('of records that a slow reader could not be told are counted, so that it looks anew', async () => {
    const watch = reader((signal) => createClient(Records, transport).watch({ place: table }, { signal }));
    await watch.next();
    await store.apply(Array.from({ length: 1_500 }, (_, i) => write(`k${i}`, 'v')));
    let told = 0;
    let missed = 0;
    while (told + missed < 1_500) {
      const message = await watch.next();
      told += 1;
      missed += message?.missed ?? 0;
    }
    expect({ told, missed }).toEqual({ told: 1_000, missed: 500 });
    watch.stop();
  });

  it('of the config tell which document has which revision', async () => {
    const client = createClient(ConfigHistory, transport);
    const watch = reader((signal) => client.watch({ namespace: 'shop' }, { signal }));
    expect(await watch.next()).toMatchObject({ namespace: '', revision: 0 });
    await config.set('micro', 'a', 1);
    await config.set('shop', 'a', 1);
    await config.set('shop', 'a', 2);
    expect(await watch.next()).toMatchObject({ namespace: 'shop', revision: 1 });
    expect(await watch.next()).toMatchObject({ namespace: 'shop', revision: 2 });
    watch.stop();
  });
});

describe('the store in micro’s words', () => {
  it('reads by key, prefix and suffix, with what is left of a life in seconds', async () => {
    const client = createClient(StoreContract, transport);
    await client.write({ record: { key: 'a/x', value: Buffer.from('1'), expiry: 90n }, options: table });
    await client.write({ record: { key: 'b/x', value: Buffer.from('2') }, options: table });
    const keysOf = async (key: string, options: object): Promise<string[]> =>
      (await client.read({ key, options: { ...table, ...options } })).records.map((record) => record.key);
    expect(await keysOf('a/', { prefix: true })).toEqual(['a/x']);
    expect(await keysOf('/x', { suffix: true, order: 'desc' })).toEqual(['b/x', 'a/x']);
    const { records } = await client.read({ key: 'a/x', options: table });
    expect(records[0]?.expiry).toBe(90n);
    await expect(client.read({ key: 'a', options: table })).rejects.toThrow('"a" is not in micro/orders');
    await expect(keysOf('a', { prefix: true, order: 'up' })).rejects.toThrow('order "up" is not asc or desc');
    const pages: string[][] = [];
    for await (const { keys } of client.list({ options: { ...table, prefix: 'none' } })) pages.push(keys);
    expect(pages).toEqual([[]]);
  });
});

describe('a page of a table', () => {
  it('begins behind a key, or so many keys behind it, and says whether there is more', async () => {
    const client = createClient(Records, transport);
    await store.apply(['a', 'b', 'c', 'd', 'e'].map((key) => write(key, 'v')));
    const page = async (more: object): Promise<string> => {
      const { records, more: isMore } = await client.browse({ place: table, limit: 2, ...more });
      return records.map(({ key }) => key).join('') + (isMore ? '+' : '');
    };
    expect(await page({})).toBe('ab+');
    expect(await page({ offset: 3 })).toBe('de');
    expect(await page({ after: 'a', offset: 1 })).toBe('cd+');
    expect(await page({ offset: 1, reverse: true })).toBe('dc+');
    await expect(page({ offset: -1 })).rejects.toThrow('offset -1 is not a whole number');
  });
});

describe('a document of the config', () => {
  it('is read with its revision, and edited only at the revision it was read at', async () => {
    const client = createClient(ConfigHistory, transport);
    await config.set('shop', 'db', { host: 'a', port: 1 });
    expect(await client.read({ namespace: 'shop' })).toMatchObject({
      data: '{"db":{"host":"a","port":1}}',
      revision: 1,
      secrets: [],
    });
    const edits = [{ path: 'db.port', value: '2' }, { path: 'db.host' }];
    expect(await client.edit({ namespace: 'shop', edits, ifRevision: 1 })).toMatchObject({ revision: 2 });
    expect(await config.get('shop', '')).toEqual({ db: { port: 2 } });
    await expect(client.edit({ namespace: 'shop', edits, ifRevision: 1 })).rejects.toThrow('is at revision 2, not 1');
    await expect(client.edit({ namespace: 'shop', edits: [{ path: 'a', value: '{' }] })).rejects.toThrow('is not JSON');
    await expect(client.rollBack({ namespace: 'shop', revision: 1, ifRevision: 1 })).rejects.toThrow('not 1');
  });
});
