import { describe, expect, it } from 'vitest';
import { restoreChunks, snapshotChunks } from '../../../electron/server/store/snapshotFile.ts';
import type { SnapshotPart } from '../../../electron/server/store/snapshot.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { readdir } from 'node:fs/promises';
import { storeKinds, table, write } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

async function bytesOf(store: Store, part: SnapshotPart = {}): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of snapshotChunks(store, part)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += 1000) yield bytes.subarray(i, i + 1000);
}

describe.each(storeKinds)('a snapshot of a store $name', ({ make }) => {
  it('of a table, or of the keys that begin alike, has those alone and is whole', async () => {
    const source = await (await make()).open();
    await source.apply([
      write('a/1', 'x'),
      write('a/2', 'x'),
      write('b', 'x'),
      write('a/3', 'x', { table: 'carts' }),
      write('a/4', 'x', { database: 'other' }),
    ]);
    const keysOf = async (part: SnapshotPart): Promise<string[]> => {
      const target = await (await make()).open();
      await restoreChunks(target, await tempFolder('restore'), inPieces(await bytesOf(source, part)));
      const found: string[] = [];
      for (const { database, table: name } of await target.stats())
        for (const { key } of await target.list({ database, table: name })) found.push(`${database}/${name}/${key}`);
      return found;
    };
    expect(await keysOf({ database: 'micro', table: 'orders' })).toEqual([
      'micro/orders/a/1',
      'micro/orders/a/2',
      'micro/orders/b',
    ]);
    expect(await keysOf({ ...table, prefix: 'a/' })).toEqual(['micro/orders/a/1', 'micro/orders/a/2']);
  });

  it('brings back every record with its bytes, metadata and what is left of its life', async () => {
    const from = await make();
    const source = await from.open();
    const odd = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await source.apply([
      write('plain', 'text', { metadata: { kind: { type: 'string', value: '"quoted"\n' } } }),
      { type: 'write', ...table, key: 'bytes\u0000\n', value: odd },
      { type: 'write', database: 'other', table: 't', key: 'big', value: Buffer.alloc(700_000, 'é') },
      write('short', 'v', { ttlMs: 1_000 }),
      write('long', 'v', { ttlMs: 60_000 }),
      ...Array.from({ length: 1_200 }, (_, i) => write(`many/${i}`, String(i))),
    ]);
    const bytes = await bytesOf(source);
    await from.clock.advance(2_000);

    const target = await (await make()).open();
    await target.apply([write('plain', 'older'), write('untouched', 'stays')]);
    const folder = await tempFolder('restore');
    // The clocks of both began together, so the short life ends in the target as well before it is restored.
    const restored = await restoreChunks(target, folder, inPieces(bytes));
    expect(restored.records + restored.ended).toBe(1_205);
    expect(Buffer.from((await target.read(table, 'bytes\u0000\n'))?.value ?? [])).toEqual(odd);
    expect((await target.read({ database: 'other', table: 't' }, 'big'))?.bytes).toBe(700_000);
    expect(await target.read(table, 'plain')).toMatchObject({ metadata: { kind: { value: '"quoted"\n' } } });
    expect(Buffer.from((await target.read(table, 'untouched'))?.value ?? []).toString()).toBe('stays');
    expect((await target.read(table, 'long'))?.expiresAtMs).toBe((await source.read(table, 'long'))?.expiresAtMs);
    expect(await target.list({ ...table, prefix: 'many/' })).toHaveLength(1_200);
    expect(await readdir(folder)).toEqual([]);
  });

  it('of one database has no other in it', async () => {
    const store = await (await make()).open();
    await store.apply([write('a', '1'), write('b', '2', { database: 'other' })]);
    const text = (await bytesOf(store, { database: 'other' })).toString();
    expect(text).toContain('"key":"b"');
    expect(text).not.toContain('"key":"a"');
  });

  it('that is cut, changed or none at all changes nothing', async () => {
    const source = await (await make()).open();
    await source.apply([write('a', '1'), write('b', '2')]);
    const bytes = await bytesOf(source);
    const lines = bytes.toString().split('\n');
    const bad: [string, string][] = [
      ['', 'line 1 is not JSON'],
      ['hello', 'line 1 is not JSON'],
      ['{"records":0}', 'line 1 is none of a snapshot'],
      [bytes.toString().slice(0, -20), 'is not JSON'],
      [lines.slice(0, 2).join('\n'), 'line 2 is none of a snapshot'],
      [[lines[0], lines[1], lines[3], ''].join('\n'), 'has 1 records, not the 2 it should'],
      [bytes.toString().replace('MQ==', 'Mg=='), 'has 2 records, not the 2 it should'],
    ];
    const target = await (await make()).open();
    const folder = await tempFolder('restore');
    for (const [text, why] of bad)
      await expect(restoreChunks(target, folder, inPieces(Buffer.from(text))), why).rejects.toMatchObject({
        code: 'store.bad-snapshot',
        message: expect.stringContaining(why) as string,
      });
    expect(await target.stats()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a snapshot that comes in', () => {
  const whole = { maxLineBytes: 100, spareBytes: 0 };

  async function restoring(bytes: Buffer, limits: { maxLineBytes: number; spareBytes: number }) {
    const target = await (await (storeKinds[0] as (typeof storeKinds)[number]).make()).open();
    const folder = await tempFolder('restore');
    const result = await restoreChunks(target, folder, inPieces(bytes), limits).then(
      () => ({ code: 'fine', message: '' }),
      (error: { code: string; message: string }) => error,
    );
    return { code: result.code, message: result.message, left: await readdir(folder) };
  }

  it('with a line longer than any record is refused while it comes, with the number of the line', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"a":1}\n');
      for (;;) yield Buffer.alloc(60, 'x');
    }
    const target = await (await (storeKinds[0] as (typeof storeKinds)[number]).make()).open();
    const folder = await tempFolder('restore');
    await expect(restoreChunks(target, folder, endless(), whole)).rejects.toMatchObject({
      code: 'store.bad-snapshot',
      message: 'line 2 is longer than a record can be (100 bytes)',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops before the disk is full, and leaves nothing', async () => {
    const source = await (await (storeKinds[0] as (typeof storeKinds)[number]).make()).open();
    await source.apply([write('a', 'x')]);
    const { code, left } = await restoring(await bytesOf(source), {
      maxLineBytes: 100_000,
      spareBytes: Number.MAX_SAFE_INTEGER,
    });
    expect({ code, left }).toEqual({ code: 'storage.full', left: [] });
  });
});
