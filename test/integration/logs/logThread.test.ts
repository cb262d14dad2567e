import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundledWorker } from '../../helpers/bundle.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('queries in a thread of their own', () => {
  let worker: URL;
  let f: LogStoreFixture | undefined;

  beforeAll(async () => {
    worker = pathToFileURL(await bundledWorker('logWorker'));
  });
  afterEach(async () => {
    await f?.dispose();
    f = undefined;
  });

  async function filled(count: number, file = worker): Promise<LogStoreFixture> {
    const made = await LogStoreFixture.create({ worker: file });
    f = made;
    const writer = await made.run('a');
    const start = nowUs();
    for (let i = 0; i < count; i++) {
      writer.write('stdout', Buffer.from(`${i % 10 === 3 ? 'ERROR' : 'INFO'} line ${i}\n`), start + i);
      if (i % 20_000 === 0) await made.store.flushed([]);
    }
    await writer.end(exited);
    return made;
  }

  it('reads, counts and refuses as the server itself would', async () => {
    const { store, ...rest } = await filled(30_000);
    const fixture = f as LogStoreFixture;
    expect(rest.folder).toBe(fixture.folder);
    const { signal } = new AbortController();
    expect(await store.count(fixture.query({ services: ['a'] }), signal)).toBe(30_000);
    expect(await store.count(fixture.query({ services: ['a'], levels: ['error'] }), signal)).toBe(3000);
    expect(await store.count(fixture.query({ services: ['a'], regex: 'line 1\\d{4}$' }), signal)).toBe(10_000);
    await expect(store.count(fixture.query({ regex: '(?=x)' }), signal)).rejects.toMatchObject({
      name: 'MicroError',
      code: 'logs.bad-regex',
    });
    const all = await fixture.texts('a');
    expect(all.length).toBe(30_000);
    expect(all.every((text, i) => text.endsWith(`line ${i}`))).toBe(true);
    expect(await fixture.texts('a', { tail: 2 })).toEqual(['INFO line 29998', 'INFO line 29999']);
  });

  it('follows what is being written, unfinished lines too, and ends when told', async () => {
    const { store, query } = await filled(10);
    const writer = await (f as LogStoreFixture).run('a');
    const abort = new AbortController();
    const seen: string[] = [];
    const options = { query: query({ services: ['a'] }), tail: -1, follow: true, limit: 0 };
    const following = (async () => {
      for await (const { records } of store.read(options, abort.signal)) {
        seen.push(...records.map(({ text, partial }) => (partial ? `${text}…` : text)));
        if (seen.includes('last')) abort.abort();
      }
    })();
    // Only what comes after the reader has begun: it says so by its first line.
    const poke = setInterval(() => writer.write('stdout', Buffer.from('poke\n'), nowUs()), 20);
    await waitFor('the reader to follow', () => seen.length > 0);
    clearInterval(poke);
    writer.write('stdout', Buffer.from('Password: '), nowUs());
    await waitFor('the unfinished line', () => seen.includes('Password: …'));
    writer.write('stdout', Buffer.from('secret\nlast\n'), nowUs());
    await following;
    expect(seen.slice(-2)).toEqual(['Password: secret', 'last']);
    await writer.end(exited);
  });

  it('a reader that stops early stops the thread as well', async () => {
    const { store, query } = await filled(50_000);
    let records = 0;
    for await (const batch of store.read(
      { query: query({}), tail: 0, follow: false, limit: 0 },
      new AbortController().signal,
    )) {
      records += batch.records.length;
      if (records > 1000) break;
    }
    const abort = new AbortController();
    const counting = store.count(query({ regex: 'nothing' }), abort.signal);
    abort.abort(new Error('enough'));
    await expect(counting).rejects.toThrow('enough');
    expect(await store.count(query({ services: ['a'] }), new AbortController().signal)).toBe(50_000);
  });

  it('a thread that fails is reported, and the next query starts another one', async () => {
    process.env.MICRO_TEST_LOG_WORKER = worker.href;
    const failing = pathToFileURL(fileURLToPath(new URL('../../fixtures/failingLogWorker.mjs', import.meta.url)));
    const { store, query, entries } = await filled(10, failing);
    let closed = false;
    store.openViews({
      send: () => {},
      onMessage: () => {},
      onClose: () => {},
      close: () => {
        closed = true;
      },
    });
    const { signal } = new AbortController();
    await expect(store.count(query({}), signal)).rejects.toThrow('broken on purpose');
    expect(closed).toBe(true);
    expect(entries.some(({ message }) => message.includes('broken on purpose'))).toBe(true);
    expect(await store.count(query({ services: ['a'] }), signal)).toBe(10);
  });
});
