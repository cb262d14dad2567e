import { describe, expect, it } from 'vitest';
import type { ListOptions, Store, StoreChange } from '../../electron/server/store/store.ts';
import { storeKinds, table, write } from '../helpers/storeFixture.ts';
import { waitFor } from '../helpers/waitFor.ts';

const keys = async (store: Store, options: Partial<ListOptions> = {}): Promise<string[]> =>
  (await store.list({ ...table, ...options })).map((record) => record.key);
const textOf = async (store: Store, key: string): Promise<string | undefined> => {
  const record = await store.read(table, key);
  return record && Buffer.from(record.value).toString();
};

/** What every store promises, whatever keeps its records. */
describe.each(storeKinds)('a store $name', ({ isShared, make }) => {
  it('gives back what was written, with what is known of it', async () => {
    const { open } = await make();
    const store = await open();
    const metadata = { type: { type: 'string', value: 'é' } };
    const [revision] = await store.apply([write('a', 'one', { metadata })]);
    expect(await store.read(table, 'a')).toEqual({
      key: 'a',
      revision,
      bytes: 3,
      expiresAtMs: undefined,
      metadata,
      value: Buffer.from('one'),
    });
    expect(await store.read(table, 'b')).toBeUndefined();
    expect(await store.read({ ...table, table: 'other' }, 'a')).toBeUndefined();
    expect(await store.read({ ...table, database: 'other' }, 'a')).toBeUndefined();
  });

  it('replaces and deletes, and a delete of nothing is none', async () => {
    const { open } = await make();
    const store = await open();
    const [first = 0] = await store.apply([write('a', 'one')]);
    const [second = 0] = await store.apply([write('a', 'two')]);
    expect(second).toBeGreaterThan(first);
    expect(await textOf(store, 'a')).toBe('two');
    await store.apply([{ type: 'delete', ...table, key: 'a' }]);
    await store.apply([{ type: 'delete', ...table, key: 'a' }]);
    expect(await textOf(store, 'a')).toBeUndefined();
    expect(await keys(store)).toEqual([]);
    expect(await store.stats()).toEqual([]);
  });

  it('does a batch whole or not at all, each step on what the ones before it left', async () => {
    const { open } = await make();
    const store = await open();
    await store.apply([write('a', '1'), write('b', '2'), { type: 'delete', ...table, key: 'a' }]);
    expect(await keys(store)).toEqual(['b']);
    const refused = store.apply([write('c', '3'), write('b', '9'), write('b', 'x', { when: 'absent' })]);
    await expect(refused).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await keys(store)).toEqual(['b']);
    expect(await textOf(store, 'b')).toBe('2');
    expect(await store.stats()).toMatchObject([{ records: 1 }]);
  });

  it('writes only onto the state that was named', async () => {
    const { open } = await make();
    const store = await open();
    const [revision = 0] = await store.apply([write('a', '1', { when: 'absent' })]);
    await expect(store.apply([write('a', '2', { when: 'absent' })])).rejects.toMatchObject({ code: 'store.conflict' });
    const [next = 0] = await store.apply([write('a', '2', { when: revision })]);
    await expect(store.apply([write('a', '3', { when: revision })])).rejects.toMatchObject({
      code: 'store.conflict',
      details: { key: 'a', revision: next },
    });
    await expect(store.apply([{ type: 'delete', ...table, key: 'a', when: revision }])).rejects.toMatchObject({
      code: 'store.conflict',
    });
    await store.apply([{ type: 'delete', ...table, key: 'a', when: next }]);
    await expect(store.apply([write('a', '4', { when: next })])).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await textOf(store, 'a')).toBeUndefined();
  });

  it('of many who write at once on the same state lets one through', async () => {
    const { open } = await make();
    const store = await open();
    const [start = 0] = await store.apply([write('n', '0')]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.apply([write('n', String(i), { when: start })])),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const count = async (): Promise<void> => {
      for (;;) {
        const record = await store.read(table, 'n');
        const next = Number(Buffer.from(record?.value ?? []).toString()) + 1;
        const done = await store.apply([write('n', String(next), { when: record?.revision })]).then(
          () => true,
          () => false,
        );
        if (done) return;
      }
    };
    await store.apply([write('n', '0')]);
    await Promise.all(Array.from({ length: 20 }, count));
    expect(await textOf(store, 'n')).toBe('20');
  });

  it('lists in the order of the bytes, by prefix, suffix, offset and limit, either way', async () => {
    const { open } = await make();
    const store = await open();
    await store.apply(
      ['b/2', 'a', 'b/1', 'b', 'é', 'b/3x', 'B', 'c', '\u{1F600}', '\uFFFD'].map((key) => write(key, key)),
    );
    await store.apply([write('b/0', 'elsewhere', { table: 'order' }), write('b/0', 'elsewhere', { database: 'micr' })]);
    const all = ['B', 'a', 'b', 'b/1', 'b/2', 'b/3x', 'c', 'é', '\uFFFD', '\u{1F600}'];
    expect(await keys(store)).toEqual(all);
    expect(await keys(store, { reverse: true })).toEqual([...all].reverse());
    expect(await keys(store, { prefix: 'b/' })).toEqual(['b/1', 'b/2', 'b/3x']);
    expect(await keys(store, { prefix: 'b/', reverse: true, limit: 2 })).toEqual(['b/3x', 'b/2']);
    expect(await keys(store, { suffix: 'x' })).toEqual(['b/3x']);
    expect(await keys(store, { prefix: 'b', suffix: '2' })).toEqual(['b/2']);
    expect(await keys(store, { offset: 8 })).toEqual(all.slice(8));
    expect(await keys(store, { offset: 3, limit: 2 })).toEqual(all.slice(3, 5));
    expect(await keys(store, { offset: 10 })).toEqual([]);
    expect(await keys(store, { offset: 1_000_000 })).toEqual([]);
    expect(await keys(store, { limit: 0 })).toEqual(all);
    expect(await keys(store, { after: 'b' })).toEqual(all.slice(3));
    expect(await keys(store, { after: 'b/15', limit: 1 })).toEqual(['b/2']);
    expect(await keys(store, { after: 'b', reverse: true })).toEqual(['a', 'B']);
    expect(await keys(store, { after: 'z', prefix: 'b' })).toEqual([]);
    expect(await keys(store, { after: 'A', prefix: 'b/', reverse: true })).toEqual([]);
  });

  it('refuses a limit or an offset that means nothing', async () => {
    const { open } = await make();
    const store = await open();
    for (const options of [{ limit: -1 }, { offset: -1 }, { limit: 1.5 }, { offset: Number.NaN }])
      await expect(keys(store, options)).rejects.toMatchObject({ code: 'store.invalid-range' });
    for (const ttlMs of [0, -5, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.apply([write('a', '', { ttlMs })])).rejects.toMatchObject({ code: 'store.invalid-range' });
  });

  if (isShared) {
    it('goes on by itself with all it had when its engine is stopped and started between tests', async () => {
      const { open, restart } = await make();
      const store = await open();
      const told: string[] = [];
      store.onDidChange(({ type, key }) => told.push(`${type} ${key}`));
      await store.apply([write('before', '1')]);
      await restart?.();
      await waitFor('it is back', async () => (await textOf(store, 'before')) === '1');
      await store.apply([write('after', '2')]);
      expect(await keys(store)).toEqual(['after', 'before']);
      expect(told).toEqual(['written before', 'written after']);
    });
  }

  it('ST-01 pages over a prefix in a stable order, each live key once, while keys come, go and end', async () => {
    const { clock, open } = await make();
    const store = await open();
    const name = (i: number): string => `p/${String(i).padStart(3, '0')}`;
    await store.apply([
      ...Array.from({ length: 100 }, (_, i) => write(name(i), 'v', i % 3 === 0 ? { ttlMs: 1_000 } : {})),
      ...Array.from({ length: 10 }, (_, i) => write(`q/${i}`, 'v')),
    ]);
    await clock.advance(1_500);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await keys(store, { prefix: 'p/', limit: 7, ...(after === undefined ? {} : { after }) });
      if (page.length === 0) break;
      seen.push(...page);
      after = page.at(-1) as string;
      // One that was shown goes, and one comes where the reader has been already.
      await store.apply([{ type: 'delete', ...table, key: page[0] as string }, write(`${page[0]}-new`, 'v')]);
    }
    expect(seen).toEqual(
      Array.from({ length: 100 }, (_, i) => i)
        .filter((i) => i % 3 !== 0)
        .map(name),
    );
    const still = await keys(store, { prefix: 'p/' });
    const paged: string[] = [];
    for (let offset = 0; offset < still.length + 7; offset += 7)
      paged.push(...(await keys(store, { prefix: 'p/', limit: 7, offset })));
    expect(paged).toEqual(still);
    expect((await store.stats())[0]?.records).toBe(still.length + 10);
  });

  it('ST-01 a life ends to the millisecond, is told, and is not lengthened by a clock that is set back', async () => {
    const { clock, open } = await make();
    const store = await open();
    const changes: StoreChange[] = [];
    store.onDidChange((change) => changes.push(change));
    await store.apply([
      write('short', 'v', { ttlMs: 1_000 }),
      write('long', 'v', { ttlMs: 5_000 }),
      write('ever', 'v'),
    ]);
    const end = (await store.read(table, 'long'))?.expiresAtMs;
    await clock.advance(999);
    expect(await keys(store)).toEqual(['ever', 'long', 'short']);
    await clock.advance(1);
    expect(await store.read(table, 'short')).toBeUndefined();
    expect(await keys(store)).toEqual(['ever', 'long']);
    expect((await store.stats())[0]?.records).toBe(2);
    await expect.poll(() => changes.map(({ type, key }) => `${type} ${key}`)).toContain('expired short');
    clock.setWallClock(clock.now() - 3_600_000);
    expect(await store.read(table, 'short')).toBeUndefined();
    expect((await store.read(table, 'long'))?.expiresAtMs).toBe(end);
    await clock.advance(4_000);
    expect(await keys(store)).toEqual(['ever']);
    expect(await store.apply([write('short', 'again', { when: 'absent' })])).toHaveLength(1);
  });

  it('a record that is written anew has the life of the last write', async () => {
    const { clock, open } = await make();
    const store = await open();
    await store.apply([write('a', 'v', { ttlMs: 1_000 }), write('b', 'v', { ttlMs: 1_000 })]);
    await store.apply([write('a', 'v'), write('b', 'v', { ttlMs: 3_000 })]);
    await clock.advance(2_000);
    expect(await keys(store)).toEqual(['a', 'b']);
    await clock.advance(2_000);
    expect(await keys(store)).toEqual(['a']);
  });

  it('ST-05 every key it takes is its own, with its exact name; what it does not take is refused at once', async () => {
    const { open } = await make();
    const store = await open();
    const own = [
      'foo',
      'foo/bar',
      'a:b',
      'a/b',
      '../../tmp/fc/out',
      '/etc/x',
      '.',
      '..',
      '\u00e9',
      'e\u0301',
      'CON',
      'x'.repeat(300),
      'x'.repeat(1024),
      'two\nlines',
      '%2F',
      'Foo',
      'fOO',
      ' ',
      'a\u0000b',
      'a\u0000',
      '\u0000',
      '\uFFFF',
      '__proto__',
    ];
    await store.apply(own.map((key, i) => write(key, `value ${i}`)));
    for (const [i, key] of own.entries()) expect(await textOf(store, key), key).toBe(`value ${i}`);
    expect(new Set(await keys(store))).toEqual(new Set(own));
    expect(await keys(store)).toHaveLength(own.length);
    await store.apply([{ type: 'delete', ...table, key: 'foo' }]);
    expect(await textOf(store, 'foo/bar')).toBe('value 1');
    for (const key of ['', 'x'.repeat(1025), 'é'.repeat(513), '\uD800', 'a\uDC00b'])
      await expect(store.apply([write('fine', 'v'), write(key, 'v')])).rejects.toMatchObject({
        code: 'store.invalid-key',
      });
    expect(await textOf(store, 'fine')).toBeUndefined();
    for (const name of ['', '.', '../x', 'a/b', 'a\u0000b', 'é', 'x'.repeat(65)]) {
      await expect(store.read({ database: name, table: 't' }, 'a')).rejects.toMatchObject({
        code: 'store.invalid-name',
      });
      await expect(store.read({ database: 'd', table: name }, 'a')).rejects.toMatchObject({
        code: 'store.invalid-name',
      });
    }
  });

  it('ST-05 keeps values of any size and any bytes, and refuses what is larger than the limit', async () => {
    const { open } = await make();
    const store = await open();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const big = Buffer.alloc(64 * 1024 * 1024, 'abcdefg');
    await store.apply([{ type: 'write', ...table, key: 'none', value: Buffer.alloc(0) }]);
    await store.apply([{ type: 'write', ...table, key: 'bytes', value: bytes }]);
    await store.apply([{ type: 'write', ...table, key: 'big', value: big }]);
    for (const size of [1023, 1024, 1025])
      await store.apply([{ type: 'write', ...table, key: `s${size}`, value: Buffer.alloc(size, 1) }]);
    expect((await store.read(table, 'none'))?.value).toHaveLength(0);
    expect(Buffer.from((await store.read(table, 'bytes'))?.value ?? [])).toEqual(bytes);
    expect(Buffer.compare((await store.read(table, 'big'))?.value ?? Buffer.alloc(0), big)).toBe(0);
    for (const size of [1023, 1024, 1025]) expect((await store.read(table, `s${size}`))?.value).toHaveLength(size);
    const larger = { type: 'write' as const, ...table, key: 'big', value: Buffer.alloc(big.length + 1) };
    await expect(store.apply([larger])).rejects.toMatchObject({ code: 'store.too-large' });
    await store.apply([write('big', 'small now')]);
    expect(await textOf(store, 'big')).toBe('small now');
    expect(await store.list({ ...table, prefix: 'b' })).toMatchObject([{ bytes: 9 }, { bytes: 256 }]);
  });

  it('knows its databases and tables, and how much is in them', async () => {
    const { open } = await make();
    const store = await open();
    await store.apply([
      write('ab', '123'),
      write('c', '', { table: 'carts' }),
      write('d', '4', { database: 'other', table: 'x' }),
    ]);
    expect(await store.databases()).toEqual(['micro', 'other']);
    expect(await store.tables('micro')).toEqual(['carts', 'orders']);
    expect(await store.tables('nothing')).toEqual([]);
    expect((await store.stats('micro')).map(({ table: name, records }) => [name, records])).toEqual([
      ['carts', 1],
      ['orders', 1],
    ]);
    await store.apply([{ type: 'delete', database: 'other', table: 'x', key: 'd' }]);
    expect(await store.databases()).toEqual(['micro']);
  });

  it('tells every change once, in the order of the commits, and none of what was refused', async () => {
    const { open } = await make();
    const store = await open();
    const changes: string[] = [];
    store.onDidChange(({ type, key, revision }) => changes.push(`${type} ${key} ${revision}`));
    const [a = 0, b = 0] = await store.apply([write('a', '1'), write('b', '2')]);
    await store.apply([write('c', '3'), write('a', 'x', { when: 'absent' })]).catch(() => undefined);
    const [deleted = 0] = await store.apply([{ type: 'delete', ...table, key: 'a' }]);
    expect(changes).toEqual([`written a ${a}`, `written b ${b}`, `deleted a ${deleted}`]);
    expect(b).toBeGreaterThan(a);
    expect(deleted).toBeGreaterThan(b);
  });

  it('lists many keys without holding up others for long', async () => {
    const { open } = await make();
    const store = await open();
    const names = Array.from({ length: 20_000 }, (_, i) => `k${String(i).padStart(6, '0')}`);
    for (let i = 0; i < names.length; i += 10_000)
      await store.apply(names.slice(i, i + 10_000).map((key) => write(key, 'v')));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    expect(await keys(store)).toEqual(names);
    expect(await keys(store, { reverse: true, suffix: '7' })).toEqual(
      names.filter((key) => key.endsWith('7')).reverse(),
    );
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    for (const offset of [1, 7_999, 8_000, 16_001, 19_998, 20_000]) {
      const page = { offset, limit: 3 };
      expect(await keys(store, page)).toEqual(names.slice(offset, offset + 3));
      expect(await keys(store, { ...page, reverse: true })).toEqual([...names].reverse().slice(offset, offset + 3));
      expect(await keys(store, { ...page, prefix: 'k00' })).toEqual(names.slice(0, 10_000).slice(offset, offset + 3));
    }
  });

  it('is closed once, and says so afterwards', async () => {
    const { open } = await make();
    const store = await open();
    await store.apply([write('a', '1')]);
    await Promise.all([store.close(), store.close()]);
    await expect(store.read(table, 'a')).rejects.toMatchObject({ code: 'server.stopping' });
    await expect(store.apply([write('a', '1')])).rejects.toMatchObject({ code: 'server.stopping' });
  });
});

describe.each(storeKinds.filter(({ keeps }) => keeps))('a store $name', ({ make }) => {
  it('ST-01 pages as before when it is opened anew, without what ended meanwhile', async () => {
    const { clock, open } = await make();
    const first = await open();
    const name = (i: number): string => `p/${String(i).padStart(3, '0')}`;
    await first.apply([
      ...Array.from({ length: 50 }, (_, i) => write(name(i), 'v', i % 3 === 0 ? { ttlMs: 1_000 } : {})),
      write('q/0', 'v'),
    ]);
    const page = await keys(first, { prefix: 'p/', limit: 7, offset: 1 });
    await first.close();
    await clock.advance(1_500);
    const second = await open();
    const live = Array.from({ length: 50 }, (_, i) => i)
      .filter((i) => i % 3 !== 0)
      .map(name);
    expect(page).toEqual(Array.from({ length: 7 }, (_, i) => name(i + 1)));
    const paged: string[] = [];
    for (let offset = 0; offset < live.length; offset += 7)
      paged.push(...(await keys(second, { prefix: 'p/', limit: 7, offset })));
    expect(paged).toEqual(live);
    expect(await keys(second, { prefix: 'p/', offset: live.length })).toEqual([]);
    expect((await second.stats())[0]?.records).toBe(live.length + 1);
  });

  it('ST-01 has everything again when it is opened anew, with lives that went on meanwhile', async () => {
    const { clock, open } = await make();
    const first = await open();
    const [revision = 0] = await first.apply([
      write('a', '1'),
      write('b', '2', { ttlMs: 10_000 }),
      write('c', '3', { ttlMs: 500 }),
    ]);
    const end = (await first.read(table, 'b'))?.expiresAtMs;
    await first.close();
    await clock.advance(2_000);
    const second = await open();
    expect(await keys(second)).toEqual(['a', 'b']);
    expect((await second.read(table, 'b'))?.expiresAtMs).toBe(end);
    expect((await second.read(table, 'a'))?.revision).toBe(revision);
    const [next = 0] = await second.apply([write('d', '4')]);
    expect(next).toBeGreaterThan(revision + 2);
    await second.close();
    // A clock that was set back while nobody ran gives no life back.
    clock.setWallClock(clock.now() - 3_600_000);
    const third = await open();
    expect(await keys(third)).toEqual(['a', 'b', 'd']);
    await clock.advance(8_001);
    expect(await keys(third)).toEqual(['a', 'd']);
  });
});
