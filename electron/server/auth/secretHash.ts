import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (
  secret: string,
  salt: Buffer,
  bytes: number,
  options: ScryptOptions,
) => Promise<Buffer>;

/** Cost of one guess: some 50 ms and 16 MB, too much to try words by the million and little for a login. */
const COST = 16_384;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A secret as it is stored, `scrypt$cost$salt$hash` in base64. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, salt, HASH_BYTES, { N: COST });
  return ['scrypt', COST, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** Whether it is the secret that `stored` was made of. Takes as long when there is none stored, so that nobody learns of it. */
export async function isSecret(secret: string, stored: string | undefined): Promise<boolean> {
  const [, cost = COST, salt = '', hash = ''] = stored?.split('$') ?? [];
  const expected = Buffer.from(hash, 'base64');
  const found = await derive(secret, Buffer.from(salt, 'base64'), HASH_BYTES, { N: Number(cost) });
  return expected.length === HASH_BYTES && timingSafeEqual(found, expected);
}
