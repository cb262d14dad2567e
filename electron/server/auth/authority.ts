import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { type Account, Accounts, callerOfAccount, isLogin } from './accounts.ts';
import type { AuditLog } from './auditLog.ts';
import { type AuthRecords, isId } from './authRecords.ts';
import { type Caller, ROOT_NAMESPACE, serviceCaller } from './caller.ts';
import { checkAccess } from './checkAccess.ts';
import { GuessLimit, guessSource } from './guessLimit.ts';
import { RuleBook } from './ruleBook.ts';
import type { Resource } from './rules.ts';
import { Tokens } from './tokens.ts';

/** Collaborators of {@link Authority}. */
export interface AuthorityOptions {
  records: AuthRecords;
  /** Path of the file that holds the key of access tokens. */
  keyFile: string;
  audit: AuditLog;
  clock: Clock;
  /** The service that a token of a service's environment was made for. */
  serviceOfToken: (token: string) => string | undefined;
}

/** What a login resolves with; times in seconds since 1970. */
export interface IssuedToken {
  accessToken: string;
  refreshToken: string;
  created: number;
  expiry: number;
}

/** Who somebody is and what he may do: accounts, tokens, rules, and a record of what was refused. */
export class Authority {
  private readonly changes = new Emitter<void>();
  /** Accounts, rules, the switch or what was refused are not as they were. */
  readonly onDidChange = this.changes.event;
  private isEnabled = false;
  readonly accounts: Accounts;
  readonly rules: RuleBook;
  readonly tokens: Tokens;
  readonly audit: AuditLog;
  private readonly guesses: GuessLimit;

  constructor(private readonly options: AuthorityOptions) {
    const records = this.told(options.records);
    this.accounts = new Accounts(records);
    this.rules = new RuleBook(records);
    this.tokens = new Tokens(options.keyFile, options.clock);
    this.audit = options.audit;
    this.audit.onDidNote(() => this.changes.fire());
    this.guesses = new GuessLimit(options.clock);
  }

  /** Whether calls to services are held against the rules too. The API always is. */
  get enabled(): boolean {
    return this.isEnabled;
  }

  set enabled(enabled: boolean) {
    const was = this.isEnabled;
    this.isEnabled = enabled;
    if (was !== enabled) this.changes.fire();
  }

  /**
   * The account of an access token, as it is now: one that was deleted is refused at once. Undefined when the token is not
   * ours; rejects with `auth.token-ended`.
   */
  async accountOfToken(token: string): Promise<Account | undefined> {
    const subject = await this.tokens.verify(token);
    if (!subject) return undefined;
    return this.accounts.find(subject.namespace, subject.id);
  }

  /** A service as a caller: with the scopes of the account of its name where there is one, else with those all have. */
  async callerOfService(service: string): Promise<Caller> {
    const account = await this.accounts.find(ROOT_NAMESPACE, service);
    if (account?.type !== 'service') return serviceCaller(service);
    return callerOfAccount(account);
  }

  /** Makes the account of a service, if it has none yet. Nobody knows its secret: its token stands for it. */
  async ensureServiceAccount(service: string): Promise<void> {
    if (await this.accounts.find(ROOT_NAMESPACE, service)) return;
    try {
      await this.accounts.create({ ...serviceAccount(service), secret: '' });
    } catch (error) {
      // Two instances that start at once.
      if (!(error instanceof MicroError) || error.code !== 'auth.exists') throw error;
    }
  }

  /** Rejects unless the rules of the caller's namespace let it use the resource; a refusal is written down. */
  async check(caller: Caller | undefined, resource: Resource): Promise<void> {
    const rules = await this.rules.list(caller?.namespace ?? ROOT_NAMESPACE);
    try {
      checkAccess(rules, caller, resource);
    } catch (error) {
      this.noteRefusal(error, caller, resource);
      throw error;
    }
  }

  /** Writes down that something was refused. Other errors are not noted. */
  noteRefusal(error: unknown, caller: Caller | undefined, { type, name, endpoint }: Resource): void {
    if (!(error instanceof MicroError) || error.kind !== 'denied') return;
    this.audit.note({
      code: error.code,
      account: caller?.id ?? '',
      namespace: caller?.namespace ?? '',
      resource: `${type}:${name}:${endpoint}`,
      message: error.message,
    });
  }

  /** Tokens for whoever knows the secret of an account; `from` as for {@link verify}. Rejects with `auth.wrong-secret` or `auth.too-many-guesses`. */
  async login(namespace: string, id: string, secret: string, seconds: number, from = ''): Promise<IssuedToken> {
    const service = this.options.serviceOfToken(secret);
    if (service !== undefined && service === id) {
      await this.ensureServiceAccount(service);
      return this.issue((await this.accounts.find(ROOT_NAMESPACE, service)) ?? serviceAccount(service), seconds);
    }
    return this.issue(await this.verify(namespace, id, secret, from), seconds);
  }

  /**
   * The account whose secret it is. Guesses are slowed down for whoever makes them: `from` is the address that asks, and
   * the owner of the account, at another one, waits for nobody. Rejects with `auth.wrong-secret` or `auth.too-many-guesses`.
   */
  async verify(namespace: string, id: string, secret: string, from = ''): Promise<Account> {
    const shown = isId(id) && isId(namespace) ? id : '?';
    // What can be no name is remembered as one, however long it is.
    const known = `${shown === '?' ? shown : `${namespace}/${shown}`}${from === '' ? '' : ` from ${guessSource(from)}`}`;
    const resource: Resource = { type: 'core', name: 'auth', endpoint: 'Auth.Token' };
    const caller: Caller = { id: shown, type: 'user', scopes: [], namespace };
    try {
      this.guesses.check(known);
      // Counted before it is checked: guesses that come at once must not all be free.
      this.guesses.noteFailure(known);
      const account = await this.accounts.verify(namespace, id, secret);
      if (!account)
        throw new MicroError('auth.wrong-secret', `the account ${shown} does not exist or has another secret`, {
          next: 'an admin can give it another one: micro auth update secret',
        });
      this.guesses.noteSuccess(known);
      return account;
    } catch (error) {
      this.noteRefusal(error, caller, resource);
      throw error;
    }
  }

  /** A new access token for whoever holds a refresh token; it stays the same one. Rejects with `auth.token-ended`. */
  async refresh(refreshToken: string, seconds: number): Promise<IssuedToken> {
    const account = await this.accounts.verifyRefreshToken(refreshToken);
    if (account) return this.issue(account, seconds, refreshToken);
    throw new MicroError('auth.token-ended', 'the refresh token ended or never was one', {
      next: 'log in again: micro auth login',
    });
  }

  /** The records, whose writes are told of. Nobody sees logins, so what they write is not told. */
  private told(records: AuthRecords): AuthRecords {
    return {
      ...records,
      write: async (key, text, options) => {
        const written = await records.write(key, text, options);
        if (written && !isLogin(key)) this.changes.fire();
        return written;
      },
      delete: async (keys) => {
        await records.delete(keys);
        if (keys.some((key) => !isLogin(key))) this.changes.fire();
      },
    };
  }

  private async issue(account: Account, seconds: number, refreshToken?: string): Promise<IssuedToken> {
    const { token, created, expiry } = await this.tokens.issue(account, seconds);
    return {
      accessToken: token,
      refreshToken: refreshToken ?? (await this.accounts.createRefreshToken(account)),
      created,
      expiry,
    };
  }
}

function serviceAccount(service: string): Account {
  const { id, type, scopes, namespace } = serviceCaller(service);
  return { id, type, scopes, namespace, name: service, metadata: {} };
}
