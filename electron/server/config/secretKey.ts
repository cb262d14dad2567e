import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { KEY_BYTES } from './secretBox.ts';

/** The key that secrets are kept with, from a file that only the user can read; made when there is none. */
export async function readSecretKey(path: string): Promise<Buffer> {
  return (await findSecretKey(path)) ?? keepSecretKey(path, randomBytes(KEY_BYTES));
}

/**
 * The key in a file; undefined without one. A file that others could read is closed to them; one that holds no key is
 * refused, never replaced, since secrets may hang on it.
 */
export async function findSecretKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new MicroError('storage.failed', `the key ${path} cannot be read: ${error.message}`, { cause: error });
  });
  if (text === undefined) return undefined;
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
  if (isKeyText(text)) return keyOf(text);
  throw new MicroError('storage.corrupt', `${path} holds no key of ${KEY_BYTES} bytes in base64`, {
    next: 'Bring back the file, or move it away to begin with a new key; secrets that are stored cannot be read then.',
  });
}

/** Whether a text is that of a file with a key. */
export function isKeyText(text: string): boolean {
  return keyOf(text).length === KEY_BYTES;
}

function keyOf(text: string): Buffer {
  return Buffer.from(text.trim(), 'base64');
}

/** Writes a key into a file that only the user can read. Resolves with the key that is there: another one, if it came first. */
export async function keepSecretKey(path: string, key: Buffer): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(draft, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    // A link fails where a rename would replace: two that make a key at once must not both think theirs is kept.
    await link(draft, path);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readSecretKey(path);
    throw new MicroError('storage.failed', `the key ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await rm(draft, { force: true });
  }
}
