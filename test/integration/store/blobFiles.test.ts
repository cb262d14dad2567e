import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openFileBlobs } from '../../../electron/server/store/openStore.ts';
import { chunks, contentOf } from '../../helpers/blobFixture.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { killedWriter } from '../../helpers/killedWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Kills; MICRO_STORE_KILLS makes them more. */
const KILLS = Number(process.env['MICRO_STORE_KILLS'] ?? 12);
const film = { namespace: 'micro', key: 'film' };

/** Names of all files that hold contents, finished or not. */
async function contentFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory() && entry.name !== 'index') names.push(...(await readdir(join(folder, entry.name))));
  return names;
}

it('a content goes with its blob: replaced, deleted, ended, or broken off', async () => {
  const folder = await tempFolder('blobs');
  const clock = new FakeClock();
  const blobs = await openFileBlobs(folder, clock);
  onTestFinished(() => blobs.close());
  await blobs.put(film, chunks('one'));
  await blobs.put(film, chunks('two'));
  expect(await contentFiles(folder)).toHaveLength(1);
  await blobs.put({ ...film, key: 'short' }, chunks('x'), { ttlMs: 1_000 });
  await blobs.delete(film);
  expect(await contentFiles(folder)).toHaveLength(1);
  await clock.advance(60_000);
  await waitFor('the ended content to go', async () => (await contentFiles(folder)).length === 0);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('gone');
  }
  await expect(blobs.put(film, broken())).rejects.toThrow('gone');
  expect(await contentFiles(folder)).toEqual([]);
});

it('a blob whose file somebody removed says so, and is stored anew', async () => {
  const folder = await tempFolder('blobs');
  const blobs = await openFileBlobs(folder, systemClock);
  onTestFinished(() => blobs.close());
  await blobs.put(film, chunks('one'));
  for (const name of await readdir(folder))
    if (/^[0-9a-f]{3}$/.test(name)) await rm(join(folder, name), { recursive: true });
  await expect(blobs.open(film)).rejects.toMatchObject({ code: 'storage.corrupt' });
  await blobs.put(film, chunks('two'));
  expect(await contentOf(blobs, film)).toBe('two');
});

describe('blobs in files, whose process is killed while it writes', () => {
  const writer = killedWriter('blobWriter');

  it('are there whole or not at all, each acknowledged one or a later one, and nothing else is left', {
    timeout: 900_000,
  }, async () => {
    const { folder } = writer;
    let next = 0;
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = (await writer.runAndKill(next, 1 + Math.floor(Math.random() * 40))).map(Number);
      const blobs = await openFileBlobs(folder, systemClock);
      const listed = await blobs.list({ namespace: 'micro' });
      const seen = new Map<number, number>();
      for (const { key, sha256, bytes, contentType } of listed) {
        const content = await contentOf(blobs, { namespace: 'micro', key });
        const n = Number(contentType.slice('text/n'.length));
        expect(bytes).toBe(40 * 4096);
        expect(content).toBe(Buffer.alloc(4096, `${n},`).toString().repeat(40));
        expect(
          createHash('sha256')
            .update(content as string)
            .digest('hex'),
        ).toBe(sha256);
        if (key.startsWith('blob/')) seen.set(Number(key.slice('blob/'.length)), n);
        else expect(acknowledged).not.toContain(n);
      }
      for (const n of acknowledged) expect(seen.get(n % 10)).toBeGreaterThanOrEqual(n);
      expect(await contentFiles(folder)).toHaveLength(listed.length);
      next = Math.max(next, ...seen.values()) + 10;
      await blobs.close();
    }
    expect(next).toBeGreaterThan(KILLS);
  });
});
