import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';

const ALGORITHM = 'aes-256-gcm';
/** Bytes; the size that GCM is made for. Random ones are safe for some four thousand million secrets of one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes of a key. */
export const KEY_BYTES = 32;

/**
 * Keeps texts so that only the holder of the key reads them (AES-256-GCM). Each is bound to its place: moved to another
 * one, it does not open.
 */
export class SecretBox {
  /** `key`: {@link KEY_BYTES} bytes. */
  constructor(private readonly key: Buffer) {}

  /** Base64 of nonce, tag and cipher text. */
  seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce);
    cipher.setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** The text that was sealed for this place. Throws `config.secret-unreadable` when it was not, or with another key. */
  open(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch (error) {
      throw new MicroError(
        'config.secret-unreadable',
        `the secret ${place} cannot be opened with the key of this home`,
        {
          next: 'Set it again, or bring back the key that it was stored with: the file secret.key, or what the keychain has.',
          cause: error,
        },
      );
    }
  }
}
