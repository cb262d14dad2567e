import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openFileBlobs, openFileStore } from '../../../electron/server/store/openStore.ts';
import { chunks, contentOf } from '../../helpers/blobFixture.ts';
import { table, write } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** Everything in a folder, at any depth. */
const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();

it('ST-05 a key that looks like a path leads to nothing outside the folder of the data, and to no file of its name', async () => {
  const outside = await tempFolder('outside');
  const escapes = [
    '../escaped',
    '../../escaped',
    '..\\escaped',
    join(outside, 'escaped'),
    '/escaped-absolute',
    'C:\\escaped',
    '%2e%2e%2fescaped',
    'CON',
    '.',
    '..',
    'escaped\u0000.txt',
    'folder/escaped',
  ];
  const store = await openFileStore(join(outside, 'data', 'store'), systemClock);
  onTestFinished(() => store.close());
  const blobs = await openFileBlobs(join(outside, 'data', 'blobs'), systemClock);
  onTestFinished(() => blobs.close());
  await store.apply(escapes.map((key) => write(key, `of ${key}`)));
  for (const key of escapes) await blobs.put({ namespace: 'micro', key }, chunks(`of ${key}`));
  for (const key of escapes) {
    expect(Buffer.from((await store.read(table, key))?.value ?? []).toString(), key).toBe(`of ${key}`);
    expect(await contentOf(blobs, { namespace: 'micro', key }), key).toBe(`of ${key}`);
  }

  expect(await readdir(outside)).toEqual(['data']);
  expect((await readdir(join(outside, 'data'))).sort()).toEqual(['blobs', 'store']);
  expect((await namesIn(outside)).filter((name) => /escaped|CON/.test(name))).toEqual([]);
  expect(await readdir('/')).not.toContain('escaped-absolute');
});
