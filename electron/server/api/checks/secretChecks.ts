import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../../../../shared/contract/gen/server_pb.ts';
import { findClosedKey } from '../../config/closedKey.ts';
import { CLOSED_KEY_FILE, KEY_FILE } from '../../config/keyKeeper.ts';
import { isKeyText } from '../../config/secretKey.ts';
import { type CheckContext, check } from './check.ts';

const name = 'secrets';

/** Where the key is that secrets of the config are encrypted with, and who can read it. */
export async function checkSecrets(context: Pick<CheckContext, 'home' | 'platform' | 'isKeyOpen'>): Promise<Check> {
  const path = join(context.home, KEY_FILE);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return checkClosed(context, path);
  if (!found.isFile() || !isKeyText(await readFile(path, 'utf8')))
    return check(
      name,
      'error',
      `${path} holds no key, so secrets of the config cannot be read`,
      'bring back the file; or move it away to begin with a new key, and set the secrets again',
    );
  const text = `encrypted; their key is the file ${path}, not in the keychain of this system`;
  // What is asked of files there says nothing about who can read them.
  if (context.platform === 'win32') return check(name, 'ok', text);
  if ((found.mode & 0o077) === 0) return check(name, 'ok', `${text}; only you can read it`);
  return check(name, 'error', `${text}, and others can read it`, `chmod 600 ${path}`);
}

async function checkClosed(
  { home, isKeyOpen }: Pick<CheckContext, 'home' | 'isKeyOpen'>,
  file: string,
): Promise<Check> {
  const path = join(home, CLOSED_KEY_FILE);
  const closed = await findClosedKey(path).catch((error: Error) => error);
  if (closed instanceof Error)
    return check(
      name,
      'error',
      `${closed.message}, so secrets of the config cannot be read`,
      'bring back the file; or move it away to begin with a new key, and set the secrets again',
    );
  if (!closed)
    return check(
      name,
      'ok',
      `none is stored yet; their key will be a file, ${file}, or in the keychain of this system when the window stores the first one`,
    );
  const text = `encrypted; their key is in ${closed.keychain}`;
  const open = await isKeyOpen();
  if (open) return check(name, 'ok', `${text}, which the app has opened for this server`);
  if (open === undefined) return check(name, 'ok', `${text}, which the app opens for the server`);
  return check(
    name,
    'warn',
    `${text}, which nobody has opened for this server: secrets cannot be read`,
    'open Micro Desktop; to need no app, move the key into a file there: Settings, Secrets',
  );
}
