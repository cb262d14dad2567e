import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { CLOSED_KEY_FILE, KEY_FILE, KeyKeeper } from '../../../electron/server/config/keyKeeper.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;

beforeEach(async () => {
  home = await tempFolder('home');
});

const keeper = (waitMs = 0) => new KeyKeeper({ home, waitMs, clock: systemClock });
/** A home whose key is in a keychain; resolves with that key. */
const closed = async (): Promise<Buffer> => {
  const first = keeper();
  const key = await first.key();
  await first.keepClosed('KWallet', 'gibberish');
  return key;
};

describe('the key of secrets', () => {
  it('is a file of the user alone where nothing else was chosen', async () => {
    expect(await keeper().place()).toMatchObject({ place: 'none', open: true, file: join(home, KEY_FILE) });
    const key = await keeper().key();
    expect(key).toHaveLength(32);
    expect(await keeper().key()).toEqual(key);
    expect(await keeper().place()).toMatchObject({ place: 'file', open: true });
    if (process.platform !== 'win32') expect((await stat(join(home, KEY_FILE))).mode & 0o777).toBe(0o600);
  });

  it('moves into a keychain and back, and is the same all the way', async () => {
    const one = keeper();
    const key = await one.key();
    expect(await one.take()).toEqual(key);
    expect(await one.keepClosed('KWallet', 'gibberish')).toMatchObject({ place: 'keychain', open: true });
    expect(existsSync(join(home, KEY_FILE))).toBe(false);
    expect(await readFile(join(home, CLOSED_KEY_FILE), 'utf8')).not.toContain(key.toString('base64'));
    expect(await one.key()).toEqual(key);
    expect(await one.keepAsFile()).toMatchObject({ place: 'file', open: true });
    expect(existsSync(join(home, CLOSED_KEY_FILE))).toBe(false);
    expect(await keeper().key()).toEqual(key);
  });

  it('is in the keychain from the beginning when it is taken before it was ever kept', async () => {
    const one = keeper();
    const key = await one.take();
    expect(existsSync(join(home, KEY_FILE))).toBe(false);
    await one.keepClosed('KWallet', 'gibberish');
    expect(await one.key()).toEqual(key);
    expect(existsSync(join(home, KEY_FILE))).toBe(false);
  });

  it('is the one that was taken when a secret is stored before the keychain has it', async () => {
    const one = keeper();
    const key = await one.take();
    expect(await one.key()).toEqual(key);
    expect(await one.place()).toMatchObject({ place: 'file' });
  });

  it('is locked for a server that nobody handed it to, which says what to do and makes no other', async () => {
    await closed();
    const other = keeper();
    expect(await other.place()).toMatchObject({ place: 'keychain', open: false, closed: { closed: 'gibberish' } });
    for (const attempt of [() => other.key(), () => other.take(), () => other.keepAsFile()])
      await expect(attempt()).rejects.toMatchObject({
        code: 'config.key-locked',
        message: expect.stringContaining('KWallet'),
        next: expect.stringContaining('Open Micro Desktop'),
      });
    expect(existsSync(join(home, KEY_FILE))).toBe(false);
  });

  it('is waited for by a server that the app started, and told when it comes', async () => {
    const key = await closed();
    const other = keeper(60_000);
    const opened: unknown[] = [];
    other.onDidOpen(() => opened.push(true));
    const reading = [other.key(), other.key()];
    expect(await other.handOver(key)).toMatchObject({ place: 'keychain', open: true });
    expect(await Promise.all(reading)).toEqual([key, key]);
    expect(opened).toHaveLength(1);
  });

  it('is given up after the wait, once for all, and still taken later', async () => {
    const key = await closed();
    const other = keeper(20);
    await expect(other.key()).rejects.toMatchObject({ code: 'config.key-locked' });
    await expect(other.key()).rejects.toMatchObject({ code: 'config.key-locked' });
    await other.handOver(key);
    expect(await other.key()).toEqual(key);
  });

  it('is refused when it is not the one that was closed', async () => {
    await closed();
    const other = keeper();
    await expect(other.handOver(Buffer.alloc(32))).rejects.toMatchObject({ code: 'config.key-wrong' });
    await expect(other.key()).rejects.toMatchObject({ code: 'config.key-locked' });
  });

  it('is the open one where a move was cut off between its two files', async () => {
    const key = await keeper().key();
    const text = await readFile(join(home, KEY_FILE), 'utf8');
    await keeper().keepClosed('KWallet', 'gibberish');
    await writeFile(join(home, KEY_FILE), text);
    expect(await keeper().key()).toEqual(key);
    expect(await keeper().place()).toMatchObject({ place: 'file', open: true });
  });

  it('is no key where the file of the keychain is broken, and nothing is replaced', async () => {
    await writeFile(join(home, CLOSED_KEY_FILE), '{"keychain":');
    await expect(keeper().key()).rejects.toMatchObject({ code: 'storage.corrupt' });
    expect(existsSync(join(home, KEY_FILE))).toBe(false);
  });
});
