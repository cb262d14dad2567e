import { generateKeyPair, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, exportJWK, importPKCS8, importSPKI } from 'jose';
import { MicroError } from '../../../shared/contract/errors.ts';
import { writeFileAtomic } from '../host/files.ts';

/** Bits of the key; what is advised until 2030, and made in a fraction of a second. */
const KEY_BITS = 2048;
/** How tokens are signed, as micro has it. */
export const ALGORITHM = 'RS256';

// jose takes the web's crypto, which Node 18 (inside Electron) has in its module alone.
globalThis.crypto ??= webcrypto as Crypto;

const generate = promisify(generateKeyPair);

/** The pair that tokens are signed and checked with. */
export interface TokenKey {
  /** Its thumbprint (RFC 7638). */
  id: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** The key in a file that only the user can read; made when there is none. A file without a key in it is refused. */
export async function readTokenKey(path: string): Promise<TokenKey> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new MicroError('storage.failed', `the key ${path} cannot be read: ${error.message}`, { cause: error });
  });
  return text === undefined ? makeTokenKey(path) : parse(path, text);
}

/** Makes a key in place of the one that is there. */
export async function makeTokenKey(path: string): Promise<TokenKey> {
  const { privateKey, publicKey } = await generate('rsa', {
    modulusLength: KEY_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const text = `${privateKey}${publicKey}`;
  await writeFileAtomic(path, text, { mode: 0o600 });
  return parse(path, text);
}

async function parse(path: string, text: string): Promise<TokenKey> {
  try {
    const [privatePem = '', publicPem = ''] = text.split(/(?=-----BEGIN PUBLIC KEY-----)/);
    const publicKey = await importSPKI(publicPem, ALGORITHM, { extractable: true });
    const id = await calculateJwkThumbprint(await exportJWK(publicKey));
    return { id, privateKey: await importPKCS8(privatePem, ALGORITHM), publicKey };
  } catch (error) {
    throw new MicroError('storage.corrupt', `${path} holds no pair of keys: ${(error as Error).message}`, {
      next: 'Bring back the file, or move it away; access tokens end then, secrets go on.',
      cause: error,
    });
  }
}
