import type { IncomingHttpHeaders } from 'node:http';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { callerOfAccount } from '../../auth/accounts.ts';
import type { Authority } from '../../auth/authority.ts';
import { type Caller, LOCAL_USER, NOBODY } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import { GuessLimit, guessSource } from '../../auth/guessLimit.ts';
import { systemClock } from '../../base/clock.ts';
import type { Credentials } from './credentials.ts';

/** What somebody without an account may ask: for a token, and what one says. */
const OPEN_ENDPOINTS: ReadonlySet<string> = new Set(['Auth.Token', 'Auth.Inspect']);

/** Wrong tokens of one address that cost nothing: a script with an old one must not lock out a whole office. */
const FREE_WRONG_TOKENS = 20;

/** What is asked for where it does not matter: whoever it is, he has to be somebody. */
const ANYTHING: Resource = { type: 'core', name: 'api', endpoint: '*' };

/** Decides who gets in at the API: who sends a request, and whether the rules let it use what it asks for. */
export class Admission {
  private readonly guesses = new GuessLimit(systemClock, { freeFailures: FREE_WRONG_TOKENS, of: 'wrong tokens from' });

  constructor(
    private readonly credentials: Credentials,
    readonly authority: Authority,
  ) {}

  /**
   * Who sends the request, if it may use the resource; the user of this machine may use everything, whatever the rules say,
   * so that nobody locks himself out. Throws or rejects with a code that is `denied`.
   */
  admit(headers: IncomingHttpHeaders, port: number, resource: Resource): Caller | Promise<Caller> {
    const known = this.credentials.find(headers, port);
    if (known === LOCAL_USER) return known;
    return this.admitByRules(headers, known, resource);
  }

  /**
   * The same for a request of another machine: only the access token of an account counts there, whoever wrote down the
   * user's own. An address that shows wrong ones again and again has to wait. Without a resource any account will do.
   */
  async admitRemote(headers: IncomingHttpHeaders, address: string, resource: Resource | undefined): Promise<Caller> {
    if (resource?.name === 'auth' && OPEN_ENDPOINTS.has(resource.endpoint)) return NOBODY;
    const caller = await this.callerOf(headers, resource ?? ANYTHING).catch((error: unknown) => {
      const isGuess = this.credentials.tokensOf(headers).length > 0;
      if (isGuess && error instanceof MicroError && error.code === 'api.unauthenticated') {
        const source = guessSource(address);
        this.guesses.check(source);
        this.guesses.noteFailure(source);
      }
      throw error;
    });
    if (resource) await this.authority.check(caller, resource);
    return caller;
  }

  private async admitByRules(
    headers: IncomingHttpHeaders,
    known: Caller | undefined,
    resource: Resource,
  ): Promise<Caller> {
    if (resource.name === 'auth' && OPEN_ENDPOINTS.has(resource.endpoint)) return known ?? NOBODY;
    const caller =
      known?.service === undefined
        ? await this.callerOf(headers, resource)
        : await this.authority.callerOfService(known.service);
    await this.authority.check(caller, resource);
    return caller;
  }

  /** The account whose access token the request shows. */
  private async callerOf(headers: IncomingHttpHeaders, resource: Resource): Promise<Caller> {
    try {
      for (const token of this.credentials.tokensOf(headers)) {
        const account = await this.authority.accountOfToken(token);
        if (account) return callerOfAccount(account);
      }
      throw new MicroError('api.unauthenticated', 'the token is missing or wrong', {
        next: 'send Authorization: Bearer with the token of server.json in MICRO_HOME, or of an account',
      });
    } catch (error) {
      this.authority.noteRefusal(error, undefined, resource);
      throw error;
    }
  }
}
