// Parts of the store measurement that run on the store itself, in a process of their own: `node storeProbe.mjs FOLDER WORDS…`.
// Each word is a part; what it took is said as a line of JSON.
import { open } from 'lmdb';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openFileStore } from '../../../electron/server/store/openStore.ts';
import type { Operation } from '../../../electron/server/store/store.ts';

const [folder = '', what = '', count = '0'] = process.argv.slice(2);
const N = Number(count);
const place = { database: 'micro', table: 'bench' };
/** 100 bytes, as a small JSON record has. */
const value = Buffer.alloc(100, 'v');
const keyOf = (n: number): string => `key/${String(n).padStart(9, '0')}`;
/** Records of one batch when many are made at once; the most that a batch may have. */
const BATCH = 1000;

const started = (): (() => number) => {
  const begin = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - begin) / 1e6;
};
const say = (part: string, ms: number, done: number): void =>
  void process.stdout.write(`${JSON.stringify({ part, ms, count: done })}\n`);
/** Runs `count` steps with so many of them under way at a time. */
async function steps(total: number, together: number, step: (n: number) => unknown): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < total) await step(next++);
  };
  await Promise.all(Array.from({ length: together }, lane));
}
const shuffled = (n: number): string => keyOf((n * 7919) % N);

async function ours(): Promise<void> {
  const store = await openFileStore(folder, systemClock);
  const write = (n: number) => store.apply([{ type: 'write', ...place, key: keyOf(n), value }]);
  let ms = started();
  await steps(N / 10, 1, write);
  say('write, one at a time', ms(), N / 10);
  ms = started();
  await steps(N, 64, write);
  say('write, 64 at a time', ms(), N);
  ms = started();
  await steps(N, 64, (n) => store.read(place, shuffled(n)));
  say('read', ms(), N);
  ms = started();
  let seen = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.list({ ...place, limit: 1000, after });
    seen += page.length;
    if (page.length < 1000) break;
    after = page.at(-1)?.key;
  }
  say('scan', ms(), seen);
  await store.close();
}

async function raw(): Promise<void> {
  const root = open({ path: `${folder}/raw.mdb`, noSubdir: true, maxDbs: 2, eventTurnBatching: false });
  const rows = root.openDB<Buffer, Buffer>({ name: 'rows', encoding: 'binary', keyEncoding: 'binary' });
  const write = (n: number) => rows.put(Buffer.from(keyOf(n)), value);
  let ms = started();
  await steps(N / 10, 1, write);
  say('write, one at a time', ms(), N / 10);
  ms = started();
  await steps(N, 64, write);
  say('write, 64 at a time', ms(), N);
  ms = started();
  await steps(N, 64, (n) => rows.get(Buffer.from(shuffled(n))));
  say('read', ms(), N);
  ms = started();
  let seen = 0;
  for (const row of rows.getRange({})) if (row.value.length > 0) seen += 1;
  say('scan', ms(), seen);
  await root.close();
}

/** Puts so many records into the store, in batches. */
async function fill(): Promise<void> {
  const store = await openFileStore(folder, systemClock);
  const ms = started();
  for (let begin = 0; begin < N; begin += BATCH) {
    const operations: Operation[] = [];
    for (let n = begin; n < Math.min(N, begin + BATCH); n++)
      operations.push({ type: 'write', ...place, key: keyOf(n), value });
    await store.apply(operations);
  }
  say('fill', ms(), N);
  await store.close();
}

/** The same in a bare file. */
async function fillRaw(): Promise<void> {
  const root = open({ path: `${folder}/raw.mdb`, noSubdir: true, maxDbs: 2, eventTurnBatching: false });
  const rows = root.openDB<Buffer, Buffer>({ name: 'rows', encoding: 'binary', keyEncoding: 'binary' });
  const ms = started();
  for (let begin = 0; begin < N; begin += BATCH)
    await root.childTransaction(() => {
      for (let n = begin; n < Math.min(N, begin + BATCH); n++) rows.putSync(Buffer.from(keyOf(n)), value);
    });
  say('fill', ms(), N);
  await root.close();
}

/** Opens the full store and looks into it as a person does: the first page, a page by prefix, one in the middle, the last. */
async function look(): Promise<void> {
  let ms = started();
  const store = await openFileStore(folder, systemClock);
  const [stats] = await store.stats();
  say('open, with the number of keys', ms(), stats?.records ?? 0);
  for (const [part, options] of [
    ['first page of 200', {}],
    ['page of 200 behind a key in the middle', { after: keyOf(Math.floor(N / 2)) }],
    ['page of 200 by prefix', { prefix: keyOf(Math.floor(N / 3)).slice(0, -3) }],
    ['last page of 200', { reverse: true }],
    ['page of 200 at record 10,000', { offset: 10_000 }],
    ['page of 200 at the middle, counted', { offset: Math.floor(N / 2) }],
  ] as const) {
    ms = started();
    const page = await store.list({ ...place, limit: 200, ...options });
    say(part, ms(), page.length);
  }
  await store.close();
}

/** The same with nothing but the file. */
async function lookRaw(): Promise<void> {
  let ms = started();
  const root = open({ path: `${folder}/raw.mdb`, noSubdir: true, maxDbs: 2, eventTurnBatching: false });
  const rows = root.openDB<Buffer, Buffer>({ name: 'rows', encoding: 'binary', keyEncoding: 'binary' });
  const { entryCount } = rows.getStats() as { entryCount: number };
  say('open, with the number of keys', ms(), entryCount);
  for (const [part, options] of [
    ['first page of 200', {}],
    ['page of 200 behind a key in the middle', { start: Buffer.from(keyOf(Math.floor(N / 2))) }],
    ['page of 200 by prefix', { start: Buffer.from(keyOf(Math.floor(N / 3)).slice(0, -3)) }],
    ['last page of 200', { reverse: true }],
    ['page of 200 at record 10,000', { offset: 10_000 }],
    ['page of 200 at the middle, counted', { offset: Math.floor(N / 2) }],
  ] as const) {
    ms = started();
    const page = [...rows.getRange({ limit: 200, ...options })];
    say(part, ms(), page.length);
  }
  await root.close();
}

const parts: Record<string, () => Promise<void>> = { ours, raw, fill, fillRaw, look, lookRaw };
await parts[what]?.();
