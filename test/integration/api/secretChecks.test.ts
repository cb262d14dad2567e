import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkSecrets } from '../../../electron/server/api/checks/secretChecks.ts';
import { keepClosedKey } from '../../../electron/server/config/closedKey.ts';
import { readSecretKey } from '../../../electron/server/config/secretKey.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
let key: string;
let isOpen: boolean | undefined;

beforeEach(async () => {
  home = await tempFolder('home');
  key = join(home, 'secret.key');
});

const look = (platform: NodeJS.Platform = 'linux') => checkSecrets({ home, platform, isKeyOpen: async () => isOpen });

describe('ST-06 what the doctor says of the key of secrets', () => {
  it('is where it is or would be, and that it is no keychain', async () => {
    expect(await look()).toMatchObject({
      status: 'ok',
      text: expect.stringContaining(`will be a file, ${key}, or in the keychain`),
    });
    await readSecretKey(key);
    expect(await look()).toMatchObject({ status: 'ok', text: expect.stringMatching(/not in the keychain.*only you/) });
  });

  it('is an error with a way out when others can read it, except where modes mean nothing', async () => {
    await readSecretKey(key);
    await chmod(key, 0o640);
    expect(await look()).toMatchObject({ status: 'error', next: `chmod 600 ${key}` });
    expect(await look('win32')).toMatchObject({ status: 'ok' });
  });

  it('is an error when the file holds no key, and nothing is changed', async () => {
    await writeFile(key, 'half a k', { mode: 0o600 });
    expect(await look()).toMatchObject({ status: 'error', text: expect.stringContaining('holds no key') });
  });

  it('is where it is when the keychain has it, and a warning with a way out while nobody opened it', async () => {
    await keepClosedKey(join(home, 'secret.key.keychain'), 'KWallet', 'abc', Buffer.alloc(32));
    isOpen = true;
    expect(await look()).toMatchObject({
      status: 'ok',
      text: expect.stringMatching(/in KWallet, which the app has opened/),
    });
    isOpen = false;
    expect(await look()).toMatchObject({ status: 'warn', next: expect.stringContaining('Settings, Secrets') });
    isOpen = undefined;
    expect(await look()).toMatchObject({ status: 'ok', text: expect.stringContaining('the app opens for the server') });
    await writeFile(join(home, 'secret.key.keychain'), '{}');
    expect(await look()).toMatchObject({ status: 'error', text: expect.stringContaining('no key that a keychain') });
  });

  it('is an error when there is a folder in its place', async () => {
    await mkdir(key);
    expect(await look()).toMatchObject({ status: 'error', text: expect.stringContaining('holds no key') });
  });
});
