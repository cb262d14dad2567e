import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import type { Config } from '../../../electron/server/config/config.ts';
import { SecretBox } from '../../../electron/server/config/secretBox.ts';
import { readSecretKey } from '../../../electron/server/config/secretKey.ts';
import { StoredConfig } from '../../../electron/server/config/storedConfig.ts';
import { configDocuments } from '../../../electron/server/configDocuments.ts';
import type { Store } from '../../../electron/server/store/store.ts';
import { storeKinds } from '../../helpers/storeFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let folder: string;
let store: Store;
let config: Config;

const open = (keyFile = 'secret.key'): Config =>
  new StoredConfig(
    configDocuments(store),
    async () => new SecretBox(await readSecretKey(join(folder, keyFile))),
    systemClock,
  );

beforeEach(async () => {
  folder = await tempFolder('config');
  store = await (await (storeKinds[1] as (typeof storeKinds)[number]).make()).open();
  config = open();
});

describe('the config', () => {
  it('has values and levels by their paths, per namespace', async () => {
    await config.set('micro', 'db', { host: 'a', port: 1 });
    await config.set('micro', 'db.port', 2);
    await config.set('other', 'db.port', 3);
    expect(await config.get('micro', 'db.port')).toBe(2);
    expect(await config.get('micro', 'db')).toEqual({ host: 'a', port: 2 });
    expect(await config.get('micro', '')).toEqual({ db: { host: 'a', port: 2 } });
    expect(await config.get('micro', 'db.port.x')).toBeUndefined();
    expect(await config.get('nobody', '')).toBeUndefined();
    expect(await config.namespaces()).toEqual(['micro', 'other']);
    await expect(config.delete('micro', 'web')).rejects.toMatchObject({ code: 'config.not-found' });
    await expect(config.set('../x', 'a', 1)).rejects.toMatchObject({ code: 'config.invalid-path' });
  });

  it('keeps every change of many at once, each as a revision of its own', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => config.set('micro', `n.k${i}`, i)));
    expect(Object.keys((await config.get('micro', 'n')) as object)).toHaveLength(20);
    const changes = await config.history('micro');
    expect(changes.map(({ revision }) => revision)).toEqual(Array.from({ length: 20 }, (_, i) => 20 - i));
  });

  it('knows its history, and goes back in it as a change like any other', async () => {
    const told: number[] = [];
    config.onDidChange(({ revision }) => told.push(revision));
    await config.set('micro', 'db', { host: 'a', port: 1 });
    await config.set('micro', 'db.port', 2);
    expect(await config.set('micro', 'db.port', 2)).toBe(2);
    await config.set('micro', 'web.color', 'blue');
    await config.delete('micro', 'db');
    expect(told).toEqual([1, 2, 3, 4]);
    expect(
      (await config.history('micro', { path: 'db.port' })).map(({ revision, action }) => `${revision} ${action}`),
    ).toEqual(['4 delete', '2 set', '1 set']);
    expect((await config.history('micro', { limit: 1 }))[0]?.differences).toEqual([
      { path: 'db.host', before: 'a' },
      { path: 'db.port', before: 2 },
    ]);
    expect(await config.diff('micro', 1, 0)).toEqual([
      { path: 'db.host', before: 'a', after: undefined },
      { path: 'db.port', before: 1, after: undefined },
      { path: 'web.color', before: undefined, after: 'blue' },
    ]);
    expect(await config.rollBack('micro', 2)).toBe(5);
    expect(await config.get('micro', '')).toEqual({ db: { host: 'a', port: 2 } });
    await expect(config.rollBack('micro', 99)).rejects.toMatchObject({ code: 'config.not-found' });
  });

  it('changes several values in one step, and only the document that they were made for', async () => {
    await config.set('micro', 'db', { host: 'a', port: 1, old: true });
    await config.set('micro', 'api.key', 'S3CR3T-zz', { secret: true });
    expect(await config.read('micro')).toEqual({
      value: { db: { host: 'a', port: 1, old: true }, api: { key: '[secret]' } },
      revision: 2,
      secrets: ['api.key'],
    });
    expect(await config.read('nobody')).toEqual({ value: {}, revision: 0, secrets: [] });
    const edits = [
      { path: 'db', value: { port: 2 } },
      { path: 'api.key', value: undefined },
      { path: 'api.pin', value: 7, secret: true },
    ];
    expect(await config.edit('micro', edits, { revision: 2 })).toBe(3);
    expect(await config.get('micro', '', { secrets: true })).toEqual({ db: { port: 2 }, api: { pin: 7 } });
    expect((await config.history('micro', { limit: 1 }))[0]).toMatchObject({ revision: 3, action: 'set' });
    const late = config.edit('micro', [{ path: 'db.port', value: 9 }], { revision: 2 });
    await expect(late).rejects.toMatchObject({ code: 'config.conflict', details: { revision: 3 } });
    await expect(config.rollBack('micro', 1, { revision: 2 })).rejects.toMatchObject({ code: 'config.conflict' });
    await expect(
      config.edit('micro', [
        { path: 'a', value: 1 },
        { path: 'b..c', value: 1 },
      ]),
    ).rejects.toMatchObject({
      code: 'config.invalid-path',
    });
    expect(await config.get('micro', 'a')).toBeUndefined();
    expect(await config.edit('micro', [{ path: '', value: { only: 1 } }])).toBe(4);
    expect(await config.get('micro', '')).toEqual({ only: 1 });
    expect(await config.rollBack('micro', 1, { revision: 4 })).toBe(5);
  });

  it('ST-06 secrets are nowhere in the clear, masked until asked for, and open only with their key and in their place', async () => {
    await config.set('micro', 'api', { key: 'S3CR3T-zz', retries: 3 }, { secret: true });
    await config.set('micro', 'plain', 'seen');
    expect(await config.get('micro', '')).toEqual({ api: { key: '[secret]', retries: '[secret]' }, plain: 'seen' });
    expect(await config.get('micro', 'api', { secrets: true })).toEqual({ key: 'S3CR3T-zz', retries: 3 });
    expect(JSON.stringify(await config.history('micro'))).not.toContain('S3CR3T');
    for (const { key } of await store.list({ database: 'micro', table: 'config' })) {
      const record = await store.read({ database: 'micro', table: 'config' }, key);
      expect(Buffer.from(record?.value ?? []).toString()).not.toContain('S3CR3T');
    }
    await config.rollBack('micro', 1);
    expect(await config.get('micro', 'api.key', { secrets: true })).toBe('S3CR3T-zz');
    await expect(open('other.key').get('micro', 'api', { secrets: true })).rejects.toMatchObject({
      code: 'config.secret-unreadable',
    });
    const box = new SecretBox(await readSecretKey(join(folder, 'secret.key')));
    expect(() => box.open(box.seal('text', 'micro:a'), 'micro:b')).toThrow('cannot be opened');
  });

  it('ST-06 a value that becomes a secret is no longer in the clear in the history of before', async () => {
    await config.set('micro', 'api', { key: 'S3CR3T-zz', retries: 3 });
    await config.set('micro', 'api.key', 'S3CR3T-yy');
    await config.set('micro', 'api.key', 'S3CR3T-yy', { secret: true });
    const records = await store.list({ database: 'micro', table: 'config' });
    for (const { key } of records) {
      const record = await store.read({ database: 'micro', table: 'config' }, key);
      expect(Buffer.from(record?.value ?? []).toString(), key).not.toContain('S3CR3T');
    }
    const changes = await config.history('micro');
    expect(changes).toHaveLength(3);
    expect(changes[2]?.differences).toEqual([
      { path: 'api.key', after: '[secret]' },
      { path: 'api.retries', after: 3 },
    ]);
    await config.rollBack('micro', 1);
    expect(await config.get('micro', 'api')).toEqual({ retries: 3 });
  });

  it('ST-06 the key is for the user alone, made once, and never replaced', async () => {
    const path = join(folder, 'secret.key');
    const keys = await Promise.all(Array.from({ length: 8 }, () => readSecretKey(path)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    await readSecretKey(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, 'half a k');
    await expect(readSecretKey(path)).rejects.toMatchObject({ code: 'storage.corrupt' });
    expect(await readFile(path, 'utf8')).toBe('half a k');
  });
});
