import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import { openPostgresStore, type SharedStore } from '../../electron/server/store/postgres/openPostgresStore.ts';
import type { Store } from '../../electron/server/store/store.ts';
import { type Postgres, startPostgres } from '../helpers/engines/postgres.ts';
import { table, write } from '../helpers/storeFixture.ts';
import { waitFor } from '../helpers/waitFor.ts';

let started: Promise<Postgres> | undefined;
let schemas = 0;
afterAll(async () => (await started)?.dispose());

/** A schema of its own, and servers that have it open. */
async function environment(): Promise<{ engine: Postgres; address: string; open(): Promise<SharedStore> }> {
  started ??= startPostgres();
  const engine = await started;
  const address = engine.address(`shared_${++schemas}`);
  const open = async (): Promise<SharedStore> => {
    const store = await openPostgresStore({ address, clock: systemClock });
    onTestFinished(() => store.close());
    return store;
  };
  return { engine, address, open };
}

const keysOf = async (store: Store): Promise<string[]> => (await store.list(table)).map(({ key }) => key);
const heard = (store: Store): string[] => {
  const changes: string[] = [];
  store.onDidChange(({ type, key, revision }) => changes.push(`${type} ${key} ${revision}`));
  return changes;
};

/** What servers that share a store may rely on, beside what every store promises. */
describe('a store that several servers have open', () => {
  it('shows and tells each what the others wrote, in one order', async () => {
    const { open } = await environment();
    // At once, as servers do that are started together: the tables are made by one of them.
    const [a, b, c] = (await Promise.all([open(), open(), open()])) as [SharedStore, SharedStore, SharedStore];
    const told = [a, b, c].map(heard);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => ([a, b, c][i % 3] as Store).apply([write(`k${i % 7}`, `v${i}`)])),
    );
    await b.apply([{ type: 'delete', ...table, key: 'k0' }]);
    await waitFor('everybody has heard of everything', () => told.every(({ length }) => length === 61));
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    expect(await keysOf(a)).toEqual(await keysOf(c));
    expect(await c.read(table, 'k0')).toBeUndefined();
  });

  it('lets one through of those that write on the same state on different servers', async () => {
    const { open } = await environment();
    const stores = [await open(), await open()];
    const add = async (store: Store): Promise<void> => {
      for (;;) {
        const record = await store.read(table, 'n');
        const next = Number(Buffer.from(record?.value ?? []).toString() || 0) + 1;
        const done = await store.apply([write('n', String(next), { when: record?.revision ?? 'absent' })]).then(
          () => true,
          (error: { code?: string }) => {
            expect(error.code).toBe('store.conflict');
            return false;
          },
        );
        if (done) return;
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, i) => add(stores[i % 2] as Store)));
    expect(Buffer.from((await stores[0]?.read(table, 'n'))?.value ?? []).toString()).toBe('30');
  });

  it('ends a life that a server gave which is gone, and tells of it', async () => {
    const { open } = await environment();
    const [a, b] = [await open(), await open()];
    const told = heard(b);
    await a.apply([write('short', 'v', { ttlMs: 300 })]);
    await a.close();
    const c = await open();
    await waitFor('the end is told', () => told.some((change) => change.startsWith('expired short')));
    expect(await keysOf(c)).toEqual([]);
  });

  it('loses nothing it confirmed and does nothing twice when the database is killed under load, and goes on by itself', async () => {
    const { engine, open } = await environment();
    const [a, b] = [await open(), await open()];
    const told = heard(b);
    const confirmed: string[] = [];
    const refused: string[] = [];
    let stop = false;
    let number = 0;
    const writer = async (store: Store): Promise<void> => {
      while (!stop) {
        const key = `w${String(++number).padStart(6, '0')}`;
        await store.apply([write(key, key, { when: 'absent' })]).then(
          () => confirmed.push(key),
          // Done twice, the second time would meet what the first one wrote.
          (error: { code?: string }) => refused.push(`${error.code} ${key}`),
        );
      }
    };
    const writers = [a, a, a, b, b].map(writer);
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const before = confirmed.length;
      await waitFor('writes go through', () => confirmed.length > before + 50);
      await engine.stop(signal);
      await engine.start();
    }
    const before = confirmed.length;
    await waitFor('writes go through again', () => confirmed.length > before + 50);
    stop = true;
    await Promise.all(writers);
    expect(refused.filter((each) => !each.startsWith('engine.unavailable'))).toEqual([]);
    const kept = new Set(await keysOf(a));
    expect(confirmed.filter((key) => !kept.has(key))).toEqual([]);
    await waitFor('the other server has heard of every write', () =>
      confirmed.every((key) => told.some((change) => change.startsWith(`written ${key} `))),
    );
    expect(new Set(told).size).toBe(told.length);
    expect(a.state).toMatchObject({ engine: 'postgres', awaySince: undefined });
  });

  it('says which engine is away and since when, at once from the second time on, and is back by itself', async () => {
    const { engine, open } = await environment();
    const store = await open();
    await store.apply([write('a', '1')]);
    await engine.stop();
    await expect(store.read(table, 'a')).rejects.toMatchObject({ code: 'engine.unavailable', retryable: true });
    const error = await store.apply([write('b', '2')]).catch((reason: unknown) => reason as Error);
    expect((error as Error).message).toMatch(
      /the store at postgres:\/\/postgres@127\.0\.0\.1:\d+\/.* is away since 20/,
    );
    expect(store.state.awaySince).toBeGreaterThan(0);
    await engine.start();
    await waitFor('it is back without being asked', () => store.state.awaySince === undefined);
    expect(await keysOf(store)).toEqual(['a']);
    await store.apply([write('b', '2')]);
  });

  it('refuses what is no address and what does not let it in, without a word of the password', async () => {
    const { engine } = await environment();
    const said = async (address: string): Promise<string> =>
      openPostgresStore({ address, clock: systemClock }).then(
        () => 'opened',
        (error: { code: string; message: string; next?: string }) =>
          `${error.code} ${error.message} ${error.next ?? ''}`,
      );
    const answers = {
      kind: await said(`mysql://u:geheim@127.0.0.1:${engine.port}/x`),
      words: await said('postgres://u:geheim@'),
      database: await said(`postgres://postgres:geheim@127.0.0.1:${engine.port}/nothing`),
      role: await said(`postgres://nobody2:geheim@127.0.0.1:${engine.port}/postgres`),
      schema: await said(`postgres://postgres:geheim@127.0.0.1:${engine.port}/postgres?schema=a"b`),
      away: await said('postgres://postgres:geheim@127.0.0.1:1/postgres'),
    };
    expect(answers).toEqual({
      kind: expect.stringMatching(/^engine.invalid-address/) as string,
      words: expect.stringMatching(/^engine.invalid-address/) as string,
      database: expect.stringMatching(/^engine.refused .*"nothing" does not exist/) as string,
      role: expect.stringMatching(/^engine.refused/) as string,
      schema: expect.stringMatching(/^engine.invalid-address/) as string,
      away: expect.stringMatching(/^engine.unavailable .*postgres:\*\*\*@127.0.0.1:1.*ECONNREFUSED/) as string,
    });
    expect(JSON.stringify(answers)).not.toContain('geheim');
  });

  it('can be in a schema whose name is a word of SQL', async () => {
    started ??= startPostgres();
    const store = await openPostgresStore({ address: (await started).address('window'), clock: systemClock });
    onTestFinished(() => store.close());
    const told = heard(store);
    await store.apply([write('a', 'one')]);
    await store.apply([write('b', 'two'), write('c', 'three')]);
    await waitFor('all are told', () => told.length === 3);
    expect(await keysOf(store)).toEqual(['a', 'b', 'c']);
  });
});
