import { mkdtemp, readlink, rm, symlink, lutimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeStaleLock } from '../../../electron/desktop/singleInstance.ts';

let folder: string;
let listener: Server | undefined;
const lock = (): string => join(folder, 'SingletonLock');
const anHourAgo = new Date(Date.now() - 3_600_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micro-lock-'));
});

afterEach(async () => {
  await new Promise<void>((resolve) => (listener ? listener.close(() => resolve()) : resolve()));
  listener = undefined;
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('DT-03 the lock of an app that is gone', () => {
  test('is removed, and said, when it names another host', async () => {
    await symlink('some-other-host-1234', lock());
    expect(await removeStaleLock(folder)).toContain('some-other-host-1234');
    await expect(readlink(lock())).rejects.toThrow();
  });

  test('is removed when its pid belongs to somebody else by now', async () => {
    await symlink(`${hostname()}-${process.ppid}`, lock());
    await lutimes(lock(), anHourAgo, anHourAgo);
    expect(await removeStaleLock(folder)).toContain(String(process.ppid));
  });

  test('stays while an app answers on its socket', async () => {
    await symlink(`${hostname()}-${process.pid}`, lock());
    await lutimes(lock(), anHourAgo, anHourAgo);
    listener = createServer();
    await new Promise<void>((resolve) => listener?.listen(join(folder, 'SingletonSocket'), resolve));
    expect(await removeStaleLock(folder)).toBeUndefined();
    expect(await readlink(lock())).toBe(`${hostname()}-${process.pid}`);
  });

  test('stays while the app that made it is still starting', async () => {
    await symlink(`${hostname()}-${process.pid}`, lock());
    expect(await removeStaleLock(folder)).toBeUndefined();
  });

  test('nothing is said when there is none', async () => {
    expect(await removeStaleLock(folder)).toBeUndefined();
  });
});
