import { MicroError } from '../../shared/contract/errors.ts';
import { namespaceOfKey } from './config/documentKeys.ts';
import type { DocumentStore } from './config/documentStore.ts';
import type { Operation, Store, StoreChange, TableName } from './store/store.ts';

/** Where the config lives in the store, as micro has it: a table of its own. */
const TABLE: TableName = { database: 'micro', table: 'config' };

/** The namespace of the document that a change of the store is of; undefined: another record. */
export function documentOfChange({ database, table, key }: StoreChange): string | undefined {
  return database === TABLE.database && table === TABLE.table ? namespaceOfKey(key) : undefined;
}

/** The documents of the config as records of the store. */
export function configDocuments(store: Store): DocumentStore {
  return {
    async read(key) {
      const record = await store.read(TABLE, key);
      return record && { text: Buffer.from(record.value).toString('utf8'), revision: record.revision };
    },
    async write(entries, revision) {
      const operations = entries.map(({ key, text }, index): Operation => {
        const when = index === 0 ? (revision ?? 'absent') : undefined;
        return text === undefined
          ? { type: 'delete', ...TABLE, key, when }
          : { type: 'write', ...TABLE, key, value: Buffer.from(text), when };
      });
      try {
        await store.apply(operations);
        return true;
      } catch (error) {
        if (error instanceof MicroError && error.code === 'store.conflict') return false;
        throw error;
      }
    },
    async keys(prefix, options) {
      return (await store.list({ ...TABLE, prefix, ...options })).map(({ key }) => key);
    },
  };
}
