import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type ReadOptions, Store as StoreContract } from '../../../../shared/contract/gen/store_pb.ts';
import type { ListOptions, RecordInfo, Store, StoredRecord, TableName } from '../../store/store.ts';

/** What micro's CLI and clients use when nothing is said. */
const USUAL_NAME = 'micro';
/** Keys of one message of a listing. */
const KEYS_PER_MESSAGE = 1_000;

/** Serves micro's `store.Store` on our store. Lives travel in whole seconds, as micro has them. */
export function storeService(router: ConnectRouter, store: Store): void {
  router.service(StoreContract, {
    async read({ key, options }) {
      const place = placeOf(options);
      if (!options?.prefix && !options?.suffix) {
        const record = await store.read(place, key);
        if (!record) throw notFound(key, place);
        return { records: [toMessage(record, store.now())] };
      }
      const listing = listingOf(place, options);
      const found = await store.list({
        ...listing,
        prefix: options.prefix ? key : '',
        suffix: options.suffix ? key : '',
      });
      return { records: await values(store, place, found) };
    },
    async write({ record, options }) {
      if (!record) throw new MicroError('api.invalid', 'record is missing');
      const ttlMs = record.expiry === 0n ? undefined : Number(record.expiry) * 1000;
      const metadata = Object.fromEntries(
        Object.entries(record.metadata).map(([name, { type, value }]) => [name, { type, value }]),
      );
      await store.apply([
        { type: 'write', ...placeOf(options), key: record.key, value: record.value, ttlMs, metadata },
      ]);
      return {};
    },
    async delete({ key, options }) {
      await store.apply([{ type: 'delete', ...placeOf(options), key }]);
      return {};
    },
    async *list({ options }) {
      const place = placeOf(options);
      const { prefix = '', suffix = '' } = options ?? {};
      const found = await store.list({ ...listingOf(place, options), prefix, suffix });
      // Also when there is none: a client that waits for the first message learns that the listing is empty.
      for (let i = 0; i === 0 || i < found.length; i += KEYS_PER_MESSAGE)
        yield { keys: found.slice(i, i + KEYS_PER_MESSAGE).map((info) => info.key) };
    },
    databases: async () => ({ databases: await store.databases() }),
    tables: async ({ database }) => ({ tables: await store.tables(database || USUAL_NAME) }),
  });
}

/** Where records are that a request is about. */
export function placeOf(options: { database: string; table: string } | undefined): TableName {
  return { database: options?.database || USUAL_NAME, table: options?.table || USUAL_NAME };
}

function listingOf(
  place: TableName,
  options: Pick<ReadOptions, 'limit' | 'offset' | 'order'> | undefined,
): ListOptions {
  const order = options?.order ?? '';
  if (!['', 'asc', 'desc'].includes(order)) throw new MicroError('api.invalid', `order "${order}" is not asc or desc`);
  return {
    ...place,
    limit: Number(options?.limit ?? 0),
    offset: Number(options?.offset ?? 0),
    reverse: order === 'desc',
  };
}

async function values(store: Store, place: TableName, found: readonly RecordInfo[]) {
  const records: ReturnType<typeof toMessage>[] = [];
  for (const { key } of found) {
    const record = await store.read(place, key);
    if (record) records.push(toMessage(record, store.now()));
  }
  return records;
}

function toMessage(record: StoredRecord, nowMs: number) {
  const { key, value, expiresAtMs, metadata } = record;
  const leftMs = expiresAtMs === undefined ? 0 : Math.max(expiresAtMs - nowMs, 1);
  return { key, value, expiry: BigInt(Math.ceil(leftMs / 1000)), metadata: { ...metadata } };
}

/** The error of a read that finds nothing. */
export function notFound(key: string, { database, table }: TableName): MicroError {
  return new MicroError('store.not-found', `${JSON.stringify(key)} is not in ${database}/${table}`, {
    next: `list what is there with: micro store list --database ${database} --table ${table}`,
  });
}
