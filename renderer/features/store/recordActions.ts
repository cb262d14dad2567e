import { isCancelled } from '../../../shared/client/clientError.ts';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';
import { api } from '../../client/api.ts';
import { ask } from '../../state/questions.ts';
import { attempt } from '../../state/actions.ts';
import { showToast } from '../../state/toasts.ts';
import { offerUndo } from '../../state/undo.ts';
import { formatBytes } from '../../ui/format.ts';

/** A table of the store. */
export interface TablePlace {
  readonly database: string;
  readonly table: string;
}

/** A record as it was read: enough to put it back. */
export interface ReadRecord {
  readonly info: RecordInfo;
  readonly value: Uint8Array;
}

/** Records and bytes of values that are held for an undo at most; beyond, the page asks first. */
const undoRecords = 5_000;
const undoBytes = 64 * 1024 * 1024;
/** Operations of one step, and bytes in it: a step holds up other writers. */
const stepRecords = 500;
const stepBytes = 8 * 1024 * 1024;
/** Reads that are under way together. */
const readsAtOnce = 4;

/** Reads a record; undefined when there is none. */
export async function readRecord(
  place: TablePlace,
  key: string,
  signal?: AbortSignal,
): Promise<ReadRecord | undefined> {
  try {
    const { info, value } = await api().records.get({ place, key }, signal ? { signal } : {});
    return info && { info, value };
  } catch (error) {
    if (!isCancelled(error) && toMicroError(error).code === 'store.not-found') return undefined;
    throw error;
  }
}

/** The revision of a record; undefined when there is none. */
export async function revisionOf(place: TablePlace, key: string): Promise<number | undefined> {
  // Of the keys that begin with a key, it itself comes first.
  const { records } = await api().records.browse({ place, prefix: key, limit: 1 });
  return records[0]?.key === key ? records[0].revision : undefined;
}

/** When a write may happen. */
export type Condition =
  | { readonly case: 'absent'; readonly value: boolean }
  | { readonly case: 'revision'; readonly value: number }
  | { readonly case: undefined };

/** Stores a value under a condition; resolves with its revision. `ttlMs` 0: without end. */
export async function writeRecord(
  place: TablePlace,
  key: string,
  what: { value: Uint8Array; ttlMs: number; metadata: RecordInfo['metadata'] },
  condition: Condition,
): Promise<number> {
  const { revisions } = await api().records.apply({
    place,
    operations: [{ key, act: { case: 'put', value: what }, condition }],
  });
  return revisions[0] ?? 0;
}

/** What is left of the life of a record, ms; 0: without end; undefined: it is over. */
export function leftOf(info: RecordInfo, nowMs: number): number | undefined {
  if (info.expiresAt === 0) return 0;
  return info.expiresAt > nowMs ? info.expiresAt - nowMs : undefined;
}

/** Whether an error says that a record was changed by somebody else. */
export function isConflict(error: unknown): boolean {
  return toMicroError(error).code === 'store.conflict';
}

/** Deletes records and offers to bring them back as they were. Resolves with whether they are gone. */
export async function deleteRecords(place: TablePlace, infos: readonly RecordInfo[]): Promise<boolean> {
  const [first] = infos;
  if (!first) return false;
  const bytes = infos.reduce((sum, info) => sum + info.bytes, 0);
  const keeps = infos.length <= undoRecords && bytes <= undoBytes;
  const what = infos.length === 1 ? `“${first.key}”` : `${infos.length.toLocaleString('en')} records`;
  if (infos.length > 1 || !keeps) {
    const answer = await ask({
      title: `Delete ${what}?`,
      text: keeps
        ? `From ${place.database}/${place.table}. It can be undone while this window is open.`
        : `From ${place.database}/${place.table}. With ${formatBytes(bytes)} of values this cannot be undone; an export keeps them.`,
      answers: [
        {
          id: 'delete',
          label: `Delete ${infos.length === 1 ? 'it' : infos.length.toLocaleString('en')}`,
          danger: true,
        },
      ],
    });
    if (answer !== 'delete') return false;
  }
  const gone: ReadRecord[] = [];
  let count = 0;
  const done = await attempt(`${what} could not be deleted`, async () => {
    for (const step of stepsOf(infos.slice(count))) {
      const kept = keeps ? await readAll(place, step) : [];
      // With the revision that was read, what somebody writes in between is not lost: it is the next try's.
      const operations = keeps
        ? kept.map(({ info }) => remove(info.key, info.revision))
        : step.map(({ key }) => remove(key, undefined));
      await api().records.apply({ place, operations });
      gone.push(...kept);
      count += step.length;
    }
  });
  if (count === 0) return false;
  const title = count === 1 ? `${what} deleted` : `${count.toLocaleString('en')} records deleted`;
  if (keeps) offerUndo(title, () => putBack(place, gone));
  else showToast({ tone: 'ok', title });
  return done;
}

function remove(key: string, revision: number | undefined) {
  const condition = revision === undefined ? undefined : { case: 'revision' as const, value: revision };
  return { key, act: { case: 'remove' as const, value: {} }, ...(condition ? { condition } : {}) };
}

function* stepsOf(infos: readonly RecordInfo[]): Iterable<RecordInfo[]> {
  let step: RecordInfo[] = [];
  let bytes = 0;
  for (const info of infos) {
    step.push(info);
    bytes += info.bytes;
    if (step.length < stepRecords && bytes < stepBytes) continue;
    yield step;
    step = [];
    bytes = 0;
  }
  if (step.length > 0) yield step;
}

async function readAll(place: TablePlace, infos: readonly RecordInfo[]): Promise<ReadRecord[]> {
  const found: ReadRecord[] = [];
  for (let i = 0; i < infos.length; i += readsAtOnce) {
    const some = infos.slice(i, i + readsAtOnce);
    for (const record of await Promise.all(some.map(({ key }) => readRecord(place, key))))
      if (record) found.push(record);
  }
  return found;
}

/** Brings deleted records back with their metadata and what is left of their lives; what is there again stays. */
async function putBack(place: TablePlace, records: readonly ReadRecord[]): Promise<void> {
  let back = 0;
  let over = 0;
  let taken = 0;
  for (let i = 0; i < records.length; i += readsAtOnce) {
    await Promise.all(
      records.slice(i, i + readsAtOnce).map(async ({ info, value }) => {
        const ttlMs = leftOf(info, Date.now());
        if (ttlMs === undefined) {
          over += 1;
          return;
        }
        try {
          await writeRecord(
            place,
            info.key,
            { value, ttlMs, metadata: info.metadata },
            { case: 'absent', value: true },
          );
          back += 1;
        } catch (error) {
          if (!isConflict(error)) throw error;
          taken += 1;
        }
      }),
    );
  }
  const left = [
    ...(over > 0 ? [`${over} would have ended by now`] : []),
    ...(taken > 0 ? [`${taken} had been written anew and ${taken === 1 ? 'stays' : 'stay'} so`] : []),
  ];
  showToast({
    tone: left.length > 0 ? 'warn' : 'ok',
    title: back === 1 ? `“${records[0]?.info.key ?? ''}” is back` : `${back.toLocaleString('en')} records are back`,
    ...(left.length > 0 ? { text: left.join('; ') } : {}),
  });
}

/** Offers to bring back what a save replaced, as long as nobody changed it again. */
export function offerUndoOfSave(
  place: TablePlace,
  before: ReadRecord | undefined,
  key: string,
  revision: number,
): void {
  offerUndo(before ? `“${key}” saved` : `“${key}” created`, async () => {
    const condition: Condition = { case: 'revision', value: revision };
    if (before) {
      const ttlMs = leftOf(before.info, Date.now());
      if (ttlMs === undefined) throw new Error('the life of the older value is over');
      await writeRecord(place, key, { value: before.value, ttlMs, metadata: before.info.metadata }, condition);
    } else await api().records.apply({ place, operations: [remove(key, revision)] });
    showToast({ tone: 'ok', title: before ? `“${key}” is as it was` : `“${key}” is gone again` });
  });
}
