import { createHash, randomBytes } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type AuthRecords, isId } from './authRecords.ts';
import { type Caller, ROOT_NAMESPACE } from './caller.ts';
import { hashSecret, isSecret } from './secretHash.ts';

/** Who may be let in. */
export interface Account {
  id: string;
  type: 'user' | 'service';
  /** For people; micro's accounts have it beside the id. */
  name: string;
  scopes: readonly string[];
  metadata: Readonly<Record<string, string>>;
  /** The namespace that it belongs to. */
  namespace: string;
}

/** What a new account is made of. */
export interface NewAccount extends Account {
  /** Empty: one is made up. */
  secret: string;
}

interface StoredAccount extends Account {
  /** As {@link hashSecret} makes it. */
  hash: string;
}

/** ms that a refresh token is good for after its last use: who comes back within a month need not show the secret. */
const REFRESH_LIFETIME_MS = 30 * 24 * 3600 * 1000;
/** Shorter ones are guessed. */
const LEAST_SECRET = 8;
const MOST_SECRET = 1024;
const MAX_SCOPES = 64;
const SCOPE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** The accounts of all namespaces. Secrets are kept as hashes alone, refresh tokens too. */
export class Accounts {
  constructor(private readonly records: AuthRecords) {}

  /** Makes an account; resolves with its secret. Rejects with `auth.invalid`, or `auth.exists` when the id is taken. */
  async create(account: NewAccount): Promise<string> {
    const secret = account.secret || randomBytes(24).toString('base64url');
    checkAccount(account);
    checkSecret(secret);
    const stored: StoredAccount = { ...account, hash: await hashSecret(secret) };
    delete (stored as Partial<NewAccount>).secret;
    const made = await this.records.write(accountKey(account.namespace, account.id), JSON.stringify(stored), {
      isNew: true,
    });
    if (made) return secret;
    throw new MicroError('auth.exists', `there is an account ${account.id} in ${account.namespace} already`, {
      next: 'delete it first: micro auth delete account',
    });
  }

  /** The account, or undefined. */
  async find(namespace: string, id: string): Promise<Account | undefined> {
    const stored = await this.read(namespace, id);
    if (!stored) return undefined;
    const { hash: _, ...account } = stored;
    return account;
  }

  async list(namespace: string): Promise<Account[]> {
    const prefix = accountKey(namespace, '');
    const found = await Promise.all(
      (await this.records.keys(prefix)).map((key) => this.find(namespace, key.slice(prefix.length))),
    );
    return found.filter((account) => account !== undefined);
  }

  /** Takes an account out, and every refresh token of it. Rejects with `auth.not-found` when there is none. */
  async delete(namespace: string, id: string): Promise<void> {
    await this.require(namespace, id);
    const refresh = await this.records.keys(refreshKey(namespace, id, ''));
    await this.records.delete([accountKey(namespace, id), ...refresh]);
  }

  /** Gives it another secret, and ends its refresh tokens. */
  async changeSecret(namespace: string, id: string, secret: string): Promise<void> {
    checkSecret(secret);
    const stored = await this.require(namespace, id);
    const changed: StoredAccount = { ...stored, hash: await hashSecret(secret) };
    await this.records.write(accountKey(namespace, id), JSON.stringify(changed));
    await this.records.delete(await this.records.keys(refreshKey(namespace, id, '')));
  }

  /** The account whose secret it is; undefined when there is none or the secret is another. */
  async verify(namespace: string, id: string, secret: string): Promise<Account | undefined> {
    const stored = isId(id) && isId(namespace) ? await this.read(namespace, id) : undefined;
    if (!(await isSecret(secret.slice(0, MOST_SECRET), stored?.hash)) || !stored) return undefined;
    const { hash: _, ...account } = stored;
    return account;
  }

  /** A token that stands in for the secret of an account: `namespace.id.random` with the first two in base64. */
  async createRefreshToken({ namespace, id }: Pick<Account, 'namespace' | 'id'>): Promise<string> {
    const random = randomBytes(32).toString('base64url');
    await this.records.write(refreshKey(namespace, id, random), '1', { ttlMs: REFRESH_LIFETIME_MS });
    return [encode(namespace), encode(id), random].join('.');
  }

  /** The account that a refresh token was made for, whose life begins anew; undefined when it ended or never was. */
  async verifyRefreshToken(token: string): Promise<Account | undefined> {
    const [namespace = '', id = '', random = ''] = token.split('.');
    const [inNamespace, ofAccount] = [decode(namespace), decode(id)];
    if (!isId(inNamespace) || !isId(ofAccount) || !/^[\w-]{43}$/.test(random)) return undefined;
    const key = refreshKey(inNamespace, ofAccount, random);
    if ((await this.records.read(key)) === undefined) return undefined;
    const account = await this.find(inNamespace, ofAccount);
    if (account) await this.records.write(key, '1', { ttlMs: REFRESH_LIFETIME_MS });
    return account;
  }

  private async require(namespace: string, id: string): Promise<StoredAccount> {
    const stored = await this.read(namespace, id);
    if (stored) return stored;
    throw new MicroError('auth.not-found', `there is no account ${id} in ${namespace}`, {
      next: 'see those that are with: micro auth list accounts',
    });
  }

  private async read(namespace: string, id: string): Promise<StoredAccount | undefined> {
    const text = await this.records.read(accountKey(namespace, id));
    return text === undefined ? undefined : (JSON.parse(text) as StoredAccount);
  }
}

/** What rules go by, of an account. */
export function callerOfAccount({ id, type, scopes, namespace }: Account): Caller {
  const service = type === 'service' && namespace === ROOT_NAMESPACE ? id : undefined;
  return { id, type, scopes, namespace, service };
}

function accountKey(namespace: string, id: string): string {
  return `account/${namespace}/${id}`;
}

function refreshKey(namespace: string, id: string, random: string): string {
  const hash = random && createHash('sha256').update(random).digest('base64url');
  return `refresh/${namespace}/${id}/${hash}`;
}

/** Whether a record is of a login, not of an account. */
export function isLogin(key: string): boolean {
  return key.startsWith('refresh/');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64url').toString();
}

function checkAccount({ id, type, scopes, namespace }: Account): void {
  for (const [what, text] of [
    ['id', id],
    ['namespace', namespace],
  ] as const) {
    if (!isId(text))
      throw new MicroError('auth.invalid', `the ${what} ${JSON.stringify(text.slice(0, 80))} cannot be one`, {
        next: 'use 1 to 128 letters, digits and . _ @ + -, beginning with a letter or digit',
      });
  }
  if (type !== 'user' && type !== 'service')
    throw new MicroError('auth.invalid', `the type "${String(type)}" is not user or service`);
  const bad = scopes.length > MAX_SCOPES ? scopes[MAX_SCOPES] : scopes.find((scope) => !SCOPE.test(scope));
  if (bad !== undefined)
    throw new MicroError(
      'auth.invalid',
      `the scope ${JSON.stringify(bad.slice(0, 80))} cannot be one, or is one too many`,
      {
        next: `at most ${MAX_SCOPES} scopes of 1 to 64 letters, digits and . _ : -`,
      },
    );
}

function checkSecret(secret: string): void {
  if (secret.length >= LEAST_SECRET && secret.length <= MOST_SECRET) return;
  throw new MicroError('auth.invalid', `a secret has ${LEAST_SECRET} to ${MOST_SECRET} characters`);
}
