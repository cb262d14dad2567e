import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { writeFileAtomic } from '../host/files.ts';
import { checkName, LOCAL } from './environment.ts';

/** ms before its end at which an access token is no longer used: a command takes a moment. */
const MARGIN_MS = 30_000;

/** Whom somebody acts as at the server of an environment. On `local`, without one, it is the user of this machine. */
export interface Login {
  id: string;
  namespace: string;
  accessToken: string;
  refreshToken: string;
  /** Of the access token, ms since 1970. */
  expiresAt: number;
}

/** A token as `auth.Auth/Token` answers it; `expiry` in seconds since 1970. */
export interface FreshToken {
  accessToken: string;
  refreshToken: string;
  expiry: number;
}

/** The login of one environment: a file of its own that only the user can read, so that none is ever sent elsewhere. */
export class LoginFile {
  private readonly path: string;
  private refreshing: Promise<string> | undefined;

  constructor(
    home: string,
    private readonly environment: string,
  ) {
    checkName(environment);
    this.path = environment === LOCAL ? join(home, 'login.json') : join(home, 'logins', `${environment}.json`);
  }

  /** The login, or undefined. Rejects with `auth.token-ended` when the file cannot be used. */
  async read(): Promise<Login | undefined> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const login = JSON.parse(text) as Login;
      if (typeof login.refreshToken === 'string' && typeof login.id === 'string') return login;
    } catch {
      // Told below: what cannot be read must not make an admin of somebody who logged in as less.
    }
    const next =
      this.environment === LOCAL
        ? 'log in again: micro auth login, or be the user of this machine: micro auth logout'
        : `log in again: micro auth login ID --environment ${this.environment}`;
    throw new MicroError('auth.token-ended', `${this.path} holds no login`, { next });
  }

  /** Keeps a login. */
  async write(login: Login): Promise<void> {
    await writeFileAtomic(this.path, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  }

  /** Forgets it; resolves with whether there was one. */
  async remove(): Promise<boolean> {
    const was = await readFile(this.path).then(
      () => true,
      () => false,
    );
    await rm(this.path, { force: true });
    return was;
  }

  /**
   * The access token of the login, a new one from `refresh` where it is about to end; undefined when nobody logged in. Calls
   * side by side share one refresh.
   */
  async token(refresh: (refreshToken: string) => Promise<FreshToken>): Promise<string | undefined> {
    const login = await this.read();
    if (!login) return undefined;
    if (login.expiresAt - MARGIN_MS > Date.now()) return login.accessToken;
    this.refreshing ??= (async () => {
      const token = await refresh(login.refreshToken);
      await this.write(loginOf(login.id, login.namespace, token));
      return token.accessToken;
    })().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }
}

/** What a token of the server is, as a login. */
export function loginOf(id: string, namespace: string, token: FreshToken): Login {
  const { accessToken, refreshToken, expiry } = token;
  return { id, namespace, accessToken, refreshToken, expiresAt: expiry * 1000 };
}
