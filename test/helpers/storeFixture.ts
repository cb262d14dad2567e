import { onTestFinished } from 'vitest';
import { openFileStore, openMemoryStore } from '../../electron/server/store/openStore.ts';
import type { Store, TableName, WriteOperation } from '../../electron/server/store/store.ts';
import { FakeClock } from './fakes/fakeClock.ts';
import { tempFolder } from './tempFolder.ts';

/** A kind of store, with how to open one and, where it keeps anything, how to open the same one again. */
export interface StoreKind {
  name: string;
  keeps: boolean;
  make(): Promise<{ clock: FakeClock; open(clock?: FakeClock): Promise<Store> }>;
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
