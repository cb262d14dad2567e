import { MicroError } from '../../../shared/contract/errors.ts';
import { type AddressMeaning, maskAddress } from '../../../shared/lib/addressSecrets.ts';

/** Where an engine is, with and without what must not be seen. */
export interface EngineAddress {
  url: URL;
  /** For people and logs: without the password. */
  shown: string;
}

/**
 * Takes an engine's address apart. `schemes` are those it may have, without the colon. Throws `engine.invalid-address`,
 * whose message never holds a password.
 */
export function parseEngineAddress(
  text: string,
  schemes: readonly string[],
  meaning: AddressMeaning = {},
): EngineAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    // Not even the text: who can say where a password is in what is no address?
    throw invalid('what was given is no address', schemes, error);
  }
  const scheme = url.protocol.slice(0, -1);
  if (!schemes.includes(scheme)) throw invalid(`an address with "${scheme}" cannot be used here`, schemes);
  if (url.hostname === '') throw invalid(`${maskAddress(text, meaning)} names no host`, schemes);
  return { url, shown: maskAddress(text, meaning) };
}

function invalid(why: string, schemes: readonly string[], cause?: unknown): MicroError {
  return new MicroError('engine.invalid-address', `${why}`, {
    next: `An address is ${schemes[0]}://[user@]host[:port][/…].`,
    ...(cause === undefined ? {} : { cause }),
  });
}
