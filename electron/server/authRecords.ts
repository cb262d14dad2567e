import { MicroError } from '../../shared/contract/errors.ts';
import type { AuthRecords } from './auth/authRecords.ts';
import type { Store, TableName } from './store/store.ts';

/** Where accounts and rules live in the store, as micro has it: a table of its own. */
const TABLE: TableName = { database: 'micro', table: 'auth' };

/** Accounts, rules and refresh tokens as records of the store. */
export function authRecords(store: Store): AuthRecords {
  return {
    async read(key) {
      const record = await store.read(TABLE, key);
      return record && Buffer.from(record.value).toString('utf8');
    },
    async write(key, text, { isNew = false, ttlMs } = {}) {
      try {
        const when = isNew ? ('absent' as const) : undefined;
        await store.apply([{ type: 'write', ...TABLE, key, value: Buffer.from(text), ttlMs, when }]);
        return true;
      } catch (error) {
        if (error instanceof MicroError && error.code === 'store.conflict') return false;
        throw error;
      }
    },
    async delete(keys) {
      if (keys.length > 0) await store.apply(keys.map((key) => ({ type: 'delete', ...TABLE, key })));
    },
    keys: async (prefix) => (await store.list({ ...TABLE, prefix })).map(({ key }) => key),
  };
}
