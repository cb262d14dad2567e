import { afterAll, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../electron/server/store/postgres/openPostgresStore.ts';
import { openFileStore, openMemoryStore } from '../../electron/server/store/openStore.ts';
import type { Store, TableName, WriteOperation } from '../../electron/server/store/store.ts';
import { type Postgres, startPostgres } from './engines/postgres.ts';
import { FakeClock } from './fakes/fakeClock.ts';
import { tempFolder } from './tempFolder.ts';

/**
 * A kind of store, with how to open one and, where it keeps anything, how to open the same one again; and how to stop and start
 * what several servers share.
 */
export interface StoreKind {
  name: string;
  keeps: boolean;
  /** Several servers may have it open at a time; it is another process. */
  isShared?: boolean;
  make(): Promise<{ clock: FakeClock; open(clock?: FakeClock): Promise<Store>; restart?(): Promise<void> }>;
}

let postgres: Promise<Postgres> | undefined;
let schemas = 0;
afterAll(async () => (await postgres)?.dispose());

/** The Postgres of this file of tests, started with the first that asks, and a schema of it that nobody else has. */
export async function postgresSchema(): Promise<{ engine: Postgres; address: string }> {
  postgres ??= startPostgres();
  const engine = await postgres;
  return { engine, address: engine.address(`test_${++schemas}`) };
}

/** Every kind of store there is. */
export const storeKinds: StoreKind[] = [
  {
    name: 'in memory',
    keeps: false,
    async make() {
      const clock = new FakeClock();
      return { clock, open: async () => closedAtEnd(openMemoryStore(clock)) };
    },
  },
  {
    name: 'in a file',
    keeps: true,
    async make() {
      const clock = new FakeClock();
      const folder = await tempFolder('store');
      return { clock, open: async (other) => closedAtEnd(await openFileStore(folder, other ?? clock)) };
    },
  },
  {
    name: 'in Postgres',
    keeps: true,
    isShared: true,
    async make() {
      const clock = new FakeClock();
      const { engine, address } = await postgresSchema();
      const open = async (other?: FakeClock): Promise<Store> =>
        closedAtEnd(await openPostgresStore({ address, clock: other ?? clock, followDatabase: false }));
      const restart = async (): Promise<void> => {
        await engine.stop();
        await engine.start();
      };
      return { clock, open, restart };
    },
  },
];

/** The table that most tests write to. */
export const table: TableName = { database: 'micro', table: 'orders' };

/** A write of text to {@link table}. */
export function write(key: string, value: string, more: Partial<WriteOperation> = {}): WriteOperation {
  return { type: 'write', ...table, key, value: Buffer.from(value), ...more };
}

function closedAtEnd(store: Store): Store {
  onTestFinished(() => store.close());
  return store;
}
