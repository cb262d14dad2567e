import { afterAll, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openPostgresStore } from '../../../electron/server/store/postgres/openPostgresStore.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { type Postgres, startPostgres } from '../../helpers/engines/postgres.ts';
import { table, write } from '../../helpers/storeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let started: Promise<Postgres> | undefined;
let schemas = 0;
afterAll(async () => (await started)?.dispose());

async function environment() {
  started ??= startPostgres();
  const engine = await started;
  const address = engine.address(`faults_${++schemas}`);
  const open = async () => {
    const store = await openPostgresStore({ address, clock: systemClock });
    onTestFinished(() => store.close());
    return store;
  };
  return { engine, open };
}

const textOf = async (store: Store, key: string): Promise<string> =>
  Buffer.from((await store.read(table, key))?.value ?? []).toString();

it('a database that hangs under load is told as away, and once it goes on nothing old is written over what is newer', async () => {
  const { engine, open } = await environment();
  const store = await open();
  const confirmed = new Map<string, number>();
  const errors = new Set<string>();
  let count = 0;
  let stop = false;
  const writers = ['a', 'b', 'c', 'd'].map(async (key) => {
    for (let n = 1; !stop; n++) {
      await store.apply([write(key, String(n))]).then(
        () => {
          confirmed.set(key, n);
          count += 1;
        },
        async (error: { code?: string }) => {
          errors.add(String(error.code));
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      );
    }
  });
  await waitFor('writes go through', () => count > 50);
  engine.pause();
  await waitFor('it is told', () => store.state.awaySince !== undefined && errors.size > 0);
  // Told once, nobody waits any more for a connection that does not come.
  await expect(store.read(table, 'a')).rejects.toMatchObject({ code: 'engine.unavailable', retryable: true });
  const before = count;
  engine.resume();
  await waitFor('writes go through again', () => count > before + 50);
  stop = true;
  await Promise.all(writers);
  expect([...errors]).toEqual(['engine.unavailable']);
  for (const [key, n] of confirmed) expect(await textOf(store, key)).toBe(String(n));
});

it('a put whose answer was lost is not done over what another server wrote since, and says that it is not known', async () => {
  const { engine, open } = await environment();
  const [a, b] = [await open(), await open()];
  await a.apply([write('k', 'old')]);
  await waitFor('it was heard', async () => (await textOf(b, 'k')) === 'old');
  const outcomes: string[] = [];
  let stop = false;
  const keep = async (store: Store, text: string): Promise<void> => {
    while (!stop)
      outcomes.push(
        await store.apply([write('k', text)]).then(
          () => 'done',
          (error: { code: string; message: string }) => `${error.code} ${error.message}`,
        ),
      );
  };
  const both = [keep(a, 'a'), keep(b, 'b')];
  for (const signal of ['SIGKILL', 'SIGKILL'] as const) {
    const before = outcomes.length;
    await waitFor('writes go through', () => outcomes.length > before + 50);
    await engine.stop(signal);
    await engine.start();
  }
  const before = outcomes.length;
  await waitFor('writes go through again', () => outcomes.length > before + 50);
  stop = true;
  await Promise.all(both);
  for (const outcome of new Set(outcomes)) expect(outcome).toMatch(/^(done|engine\.unavailable .*not known)/);
  // The numbers of both servers are those of the database.
  expect(await a.read(table, 'k')).toEqual(await b.read(table, 'k'));
});
