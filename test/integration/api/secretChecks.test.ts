import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkSecrets } from '../../../electron/server/api/checks/secretChecks.ts';
import { readSecretKey } from '../../../electron/server/config/secretKey.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
let key: string;

beforeEach(async () => {
  home = await tempFolder('home');
  key = join(home, 'secret.key');
});

const look = (platform: NodeJS.Platform = 'linux') => checkSecrets({ home, platform });

describe('ST-06 what the doctor says of the key of secrets', () => {
  it('is where it is or would be, and that it is no keychain', async () => {
    expect(await look()).toMatchObject({ status: 'ok', text: expect.stringContaining(`${key}, not in a keychain`) });
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

  it('is an error when there is a folder in its place', async () => {
    await mkdir(key);
    expect(await look()).toMatchObject({ status: 'error', text: expect.stringContaining('holds no key') });
  });
});
