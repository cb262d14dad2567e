import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../../../../shared/contract/gen/server_pb.ts';
import { isKeyText } from '../../config/secretKey.ts';
import { type CheckContext, check } from './check.ts';

/** Where the key is that secrets of the config are encrypted with, and who can read it. */
export async function checkSecrets({ home, platform }: Pick<CheckContext, 'home' | 'platform'>): Promise<Check> {
  const name = 'secrets';
  const path = join(home, 'secret.key');
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return check(name, 'ok', `none is stored yet; their key will be a file, ${path}, not in a keychain`);
  if (!found.isFile() || !isKeyText(await readFile(path, 'utf8')))
    return check(
      name,
      'error',
      `${path} holds no key, so secrets of the config cannot be read`,
      'bring back the file; or move it away to begin with a new key, and set the secrets again',
    );
  const text = `encrypted; their key is the file ${path}, not in the keychain of this system`;
  // What is asked of files there says nothing about who can read them.
  if (platform === 'win32') return check(name, 'ok', text);
  if ((found.mode & 0o077) === 0) return check(name, 'ok', `${text}; only you can read it`);
  return check(name, 'error', `${text}, and others can read it`, `chmod 600 ${path}`);
}
