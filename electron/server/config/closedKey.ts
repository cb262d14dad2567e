import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { MicroError } from '../../../shared/contract/errors.ts';

const schema = z.object({
  /** Name of the keychain that can open it, as people know it. */
  keychain: z.string().min(1),
  /** What the keychain made of the key. */
  closed: z.string().min(1),
  /** SHA-256 of the key, hexadecimal: tells whether what the keychain gives back is the key. Nothing can be guessed from it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A key that the keychain of the system has closed. */
export type ClosedKey = z.infer<typeof schema>;

/** The closed key in a file; undefined without one. */
export async function findClosedKey(path: string): Promise<ClosedKey | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new MicroError('storage.failed', `the key ${path} cannot be read: ${error.message}`, { cause: error });
  });
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new MicroError('storage.corrupt', `${path} holds no key that a keychain has closed`, {
    next: 'Bring back the file, or move it away to begin with a new key; secrets that are stored cannot be read then.',
  });
}

/** Writes a closed key, whole or not at all. */
export async function keepClosedKey(path: string, keychain: string, closed: string, key: Buffer): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const content: ClosedKey = { keychain, closed, sha256: digest(key).toString('hex') };
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    await rename(draft, path);
  } catch (error) {
    throw new MicroError('storage.failed', `the key ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether a key is the one that was closed. */
export function isKeyOf({ sha256 }: ClosedKey, key: Uint8Array): boolean {
  return timingSafeEqual(digest(key), Buffer.from(sha256, 'hex'));
}

function digest(key: Uint8Array): Buffer {
  return createHash('sha256').update(key).digest();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
