import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { Archives } from '../../../electron/server/placement/archives.ts';
import type { Archive } from '../../../electron/server/placement/entries.ts';
import { SharedUploads } from '../../../electron/server/placement/sharedUploads.ts';
import { openMemoryStore } from '../../../electron/server/store/openStore.ts';
import { Uploads } from '../../../electron/server/uploads/uploads.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** A tar.gz with files by name. */
function archiveOf(files: Record<string, Buffer | string>): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return archive.pipe(createGzip());
}

const store = () => openMemoryStore(systemClock);
async function server(records = store()) {
  const root = join(await tempFolder('shared-uploads'), 'uploads');
  const shared = new SharedUploads(root, new Uploads(root), new Archives(records));
  await shared.load();
  return { root, shared, records };
}

it('what was sent to one server can be put in place by another, byte by byte, and is known after a restart', async () => {
  const a = await server();
  const b = await server(a.records);
  // More than a part of the store holds, and nothing that could be packed.
  const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919 + (index >> 3)) % 251));
  await a.shared.take('shop', archiveOf({ 'micro.yaml': 'name: shop', 'data/large.bin': large }));
  const sent = a.shared.of(join(a.root, 'shop'));
  expect(sent).toMatchObject({ upload: 'shop' });
  const folder = await b.shared.fetch('shop', sent?.archive as Archive);
  expect((await readFile(join(folder, 'data/large.bin'))).equals(large)).toBe(true);
  const again = new SharedUploads(b.root, new Uploads(b.root), new Archives(b.records));
  await again.load();
  expect(again.of(folder)).toEqual(sent);
  expect(again.of('/somewhere/shop')).toBeUndefined();
});

it('what cannot be shared is not taken, and leaves nothing', async () => {
  const records = store();
  const { root, shared } = await server(records);
  await shared.take('shop', archiveOf({ 'micro.yaml': 'one' }));
  const before = shared.of(join(root, 'shop'));
  await records.close();
  await expect(shared.take('shop', archiveOf({ 'micro.yaml': 'two' }))).rejects.toThrow();
  expect(await readFile(join(root, 'shop/micro.yaml'), 'utf8')).toBe('one');
  expect(shared.of(join(root, 'shop'))).toEqual(before);
  expect((await readdir(root)).sort()).toEqual(['.shop.archive.json', '.shop.json', 'shop']);
});

it('a part that is gone from the store is told, and what is there stays', async () => {
  const a = await server();
  await a.shared.take('shop', archiveOf({ 'micro.yaml': 'one' }));
  const { archive } = a.shared.of(join(a.root, 'shop')) as { archive: Archive };
  const b = await server(a.records);
  await new Archives(a.records).remove('shop', archive);
  await expect(b.shared.fetch('shop', archive)).rejects.toMatchObject({ code: 'storage.corrupt' });
  expect(b.shared.of(join(b.root, 'shop'))).toBeUndefined();
});

it('an archive leaves the store once others know of the next one, or once nobody is to run it', async () => {
  const { root, shared, records } = await server();
  const kept = async () => (await records.list({ database: 'micro', table: 'archives' })).map(({ key }) => key);
  await shared.take('shop', archiveOf({ 'micro.yaml': 'one' }));
  const [one] = await kept();
  await shared.take('shop', archiveOf({ 'micro.yaml': 'two' }), async () => {
    expect(await kept()).toHaveLength(2);
  });
  expect(await kept()).toHaveLength(1);
  expect(await kept()).not.toContain(one);
  await shared.forget('shop');
  expect(await kept()).toEqual([]);
  expect(shared.of(join(root, 'shop'))).toBeUndefined();
  expect(await readFile(join(root, 'shop/micro.yaml'), 'utf8')).toBe('two');
});
