import { errors, jwtVerify, SignJWT } from 'jose';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Account } from './accounts.ts';
import { ALGORITHM, makeTokenKey, readTokenKey, type TokenKey } from './tokenKey.ts';

/** Seconds that an access token is good for when nobody says how long; micro's own. */
const USUAL_SECONDS = 15 * 60;
/** Seconds at most: whoever is to come for longer has a refresh token. */
const MOST_SECONDS = 24 * 3600;

/** An access token and its times, in seconds since 1970. */
export interface AccessToken {
  token: string;
  created: number;
  expiry: number;
}

/** Whom a token was made for. */
export interface TokenSubject {
  id: string;
  namespace: string;
}

/** Access tokens: JWT, signed by RS256 with a key that is a file, and micro's claims. */
export class Tokens {
  private key: Promise<TokenKey> | undefined;

  constructor(
    private readonly keyFile: string,
    private readonly clock: Clock,
  ) {}

  /** A token for an account. `seconds` 0: the usual time. Rejects with `auth.invalid` when that is out of range. */
  async issue(account: Account, seconds: number): Promise<AccessToken> {
    if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > MOST_SECONDS)
      throw new MicroError('auth.invalid', `a token of ${seconds} seconds; it has at most ${MOST_SECONDS}`);
    const { id, privateKey } = await this.current();
    const created = Math.floor(this.clock.now() / 1000);
    const expiry = created + (seconds || USUAL_SECONDS);
    const { type, scopes, metadata, name } = account;
    const token = await new SignJWT({ type, scopes: [...scopes], metadata: { ...metadata }, name })
      .setProtectedHeader({ alg: ALGORITHM, kid: id })
      .setSubject(account.id)
      .setIssuer(account.namespace)
      .setIssuedAt(created)
      .setExpirationTime(expiry)
      .sign(privateKey);
    return { token, created, expiry };
  }

  /** Whom a token was made for; undefined when its signature or its form is not ours, `auth.token-ended` when it is too old. */
  async verify(token: string): Promise<TokenSubject | undefined> {
    // No key is made for what cannot be a token.
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return undefined;
    try {
      const { publicKey } = await this.current();
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: [ALGORITHM],
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['sub', 'iss', 'exp'],
      });
      return { id: payload.sub as string, namespace: payload.iss as string };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new MicroError('auth.token-ended', 'the token is too old', {
          next: 'take a new one: micro auth token, or auth.Auth/Token with the refresh token',
          cause: error,
        });
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** Makes a new key; resolves with its name. */
  async rotate(): Promise<string> {
    const made = makeTokenKey(this.keyFile);
    this.key = made;
    made.catch(() => (this.key = undefined));
    return (await made).id;
  }

  private current(): Promise<TokenKey> {
    if (!this.key) {
      this.key = readTokenKey(this.keyFile);
      this.key.catch(() => (this.key = undefined));
    }
    return this.key;
  }
}
