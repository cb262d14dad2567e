import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type Operation as OperationMessage, Records } from '../../../../shared/contract/gen/records_pb.ts';
import { restoreChunks, snapshotChunks } from '../../store/snapshotFile.ts';
import type { Operation, RecordInfo, Store, StoreChange, TableName } from '../../store/store.ts';
import { eventsOf } from './eventStream.ts';
import { notFound, placeOf } from './storeService.ts';

/** Records of a page when nothing is said, and at most. */
const USUAL_PAGE = 1_000;
const MAX_PAGE = 10_000;
/** Changes that wait for a slow reader; beyond it they are only counted, and the reader looks anew. */
const MAX_WAITING = 1_000;

/** What the records service works with. */
export interface RecordsServiceOptions {
  store: Store;
  /** Folder for what is put aside while a restore comes in. */
  restoreFolder: string;
}

/** Serves our own `records.Records`: what the browser of the window and `micro store` need beyond micro's package. */
export function recordsService(router: ConnectRouter, { store, restoreFolder }: RecordsServiceOptions): void {
  router.service(Records, {
    async get({ place, key }, context) {
      const at = placeOf(place, context);
      const record = await store.read(at, key);
      if (!record) throw notFound(key, at);
      return { info: infoMessage(record), value: record.value };
    },
    async apply({ place, operations }, context) {
      const at = placeOf(place, context);
      return { revisions: await store.apply(operations.map((operation) => operationOf(at, operation))) };
    },
    async browse({ place, prefix, suffix, after, limit, reverse, offset }, context) {
      if (limit > MAX_PAGE) throw new MicroError('api.invalid', `limit ${limit} is more than ${MAX_PAGE}`);
      const at = placeOf(place, context);
      const size = limit || USUAL_PAGE;
      const found = await store.list({ ...at, prefix, suffix, after, limit: size + 1, reverse, offset });
      return { records: found.slice(0, size).map(infoMessage), more: found.length > size };
    },
    watch: ({ place, prefix }, context) => watch(store, placeOf(place, context), prefix, context),
    async stats({ database }) {
      return { tables: await store.stats(database || undefined) };
    },
    async *snapshot({ database, table, prefix }) {
      const part = { database: database || undefined, table: table || undefined, prefix };
      for await (const data of snapshotChunks(store, part)) yield { data };
    },
    restore: (chunks) => restoreChunks(store, restoreFolder, dataOf(chunks)),
  });
}

async function* dataOf(chunks: AsyncIterable<{ data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { data } of chunks) yield data;
}

interface ChangeMessage {
  type: string;
  key: string;
  revision: number;
  missed: number;
}

async function* watch(
  store: Store,
  { database, table }: TableName,
  prefix: string,
  context: HandlerContext,
): AsyncGenerator<ChangeMessage> {
  let waiting = 0;
  let missed = 0;
  const changes = eventsOf(store.onDidChange, context.signal, (change): StoreChange | undefined => {
    if (change.database !== database || change.table !== table || !change.key.startsWith(prefix)) return undefined;
    if (waiting >= MAX_WAITING) {
      missed += 1;
      return undefined;
    }
    waiting += 1;
    return change;
  });
  const next = changes.next();
  yield { type: '', key: '', revision: 0, missed: 0 };
  for (let result = await next; !result.done; result = await changes.next()) {
    waiting -= 1;
    const { type, key, revision } = result.value;
    yield { type, key, revision, missed };
    missed = 0;
  }
}

function operationOf(place: TableName, { key, act, condition }: OperationMessage): Operation {
  const when = condition.case === 'absent' ? (condition.value ? ('absent' as const) : undefined) : condition.value;
  if (act.case === 'remove') return { type: 'delete', ...place, key, when };
  if (act.case !== 'put')
    throw new MicroError('api.invalid', `the operation on ${JSON.stringify(key)} says neither put nor remove`);
  const { value, ttlMs, metadata } = act.value;
  const fields = Object.fromEntries(
    Object.entries(metadata).map(([name, field]) => [name, { type: field.type, value: field.value }]),
  );
  return { type: 'write', ...place, key, value, ttlMs: ttlMs || undefined, metadata: fields, when };
}

function infoMessage({ key, revision, bytes, expiresAtMs, metadata }: RecordInfo) {
  return { key, revision, bytes, expiresAt: expiresAtMs ?? 0, metadata: { ...metadata } };
}
