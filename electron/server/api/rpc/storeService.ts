import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type ReadOptions, Store as StoreContract } from '../../../../shared/contract/gen/store_pb.ts';
import { checkNamespace, forbidden } from '../../auth/checkAccess.ts';
import { isAdmin, ROOT_NAMESPACE } from '../../auth/caller.ts';
import type { ListOptions, RecordInfo, Store, StoredRecord, TableName } from '../../store/store.ts';
import { callerOf } from './callerContext.ts';

/** The table that micro's CLI and clients use when nothing is said. */
const USUAL_NAME = 'micro';
/** Tables of the database `micro` that the server keeps its own things in: values and secrets, accounts and rules. */
const OWN_TABLES: ReadonlySet<string> = new Set(['config', 'auth']);
/** Keys of one message of a listing. */
const KEYS_PER_MESSAGE = 1_000;

/** Serves micro's `store.Store` on our store. Lives travel in whole seconds, as micro has them. */
export function storeService(router: ConnectRouter, store: Store): void {
  router.service(StoreContract, {
    async read({ key, options }, context) {
      const place = placeOf(options, context);
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
    async write({ record, options }, context) {
      if (!record) throw new MicroError('api.invalid', 'record is missing');
      const ttlMs = record.expiry === 0n ? undefined : Number(record.expiry) * 1000;
      const metadata = Object.fromEntries(
        Object.entries(record.metadata).map(([name, { type, value }]) => [name, { type, value }]),
      );
      await store.apply([
        { type: 'write', ...placeOf(options, context), key: record.key, value: record.value, ttlMs, metadata },
      ]);
      return {};
    },
    async delete({ key, options }, context) {
      await store.apply([{ type: 'delete', ...placeOf(options, context), key }]);
      return {};
    },
    async *list({ options }, context) {
      const place = placeOf(options, context);
      const { prefix = '', suffix = '' } = options ?? {};
      const found = await store.list({ ...listingOf(place, options), prefix, suffix });
      // Also when there is none: a client that waits for the first message learns that the listing is empty.
      for (let i = 0; i === 0 || i < found.length; i += KEYS_PER_MESSAGE)
        yield { keys: found.slice(i, i + KEYS_PER_MESSAGE).map((info) => info.key) };
    },
    async databases(_, context) {
      const { namespace } = callerOf(context);
      const databases = await store.databases();
      return { databases: namespace === ROOT_NAMESPACE ? databases : databases.filter((name) => name === namespace) };
    },
    async tables({ database }, context) {
      return { tables: await store.tables(databaseOf(database, context)) };
    },
  });
}

/**
 * Where records are that a request is about. Unless it says so: the database of its account's namespace, and the table of
 * the service that sends it. Throws `auth.forbidden` for other namespaces and for what the server itself keeps.
 */
export function placeOf(
  options: { database: string; table: string } | undefined,
  context: Pick<HandlerContext, 'values'>,
): TableName {
  const caller = callerOf(context);
  const database = databaseOf(options?.database ?? '', context);
  const table = options?.table || caller.service || USUAL_NAME;
  if (!isAdmin(caller) && OWN_TABLES.has(table) && database === ROOT_NAMESPACE)
    throw forbidden(caller, `the table ${table} of ${database}, which is the server’s own`);
  return { database, table };
}

function databaseOf(named: string, context: Pick<HandlerContext, 'values'>): string {
  const caller = callerOf(context);
  const database = named || caller.namespace;
  checkNamespace(caller, database);
  return database;
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
