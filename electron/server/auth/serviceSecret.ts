import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { MicroError } from '../../../shared/contract/errors.ts';
import { writeFileAtomic } from '../host/files.ts';

/** Bytes of it; as many as the hash has that tokens are made with. */
const SECRET_BYTES = 32;

/**
 * The secret that tokens of services are made from where services outlive the server: in a file that only the user can read,
 * made when there is none. Without the file every service gets another token, which starts its pods anew.
 */
export async function readServiceSecret(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new MicroError('storage.failed', `the key ${path} cannot be read: ${error.message}`, { cause: error });
  });
  // One that was cut short would make tokens that can be guessed.
  if (Buffer.from(text.trim(), 'base64url').length >= SECRET_BYTES) return text.trim();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await writeFileAtomic(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
