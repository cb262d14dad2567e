import type { IncomingHttpHeaders } from 'node:http';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { callerOfAccount } from '../../auth/accounts.ts';
import type { Authority } from '../../auth/authority.ts';
import { type Caller, LOCAL_USER, NOBODY } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import type { Credentials } from './credentials.ts';

/** What somebody without an account may ask: for a token, and what one says. */
const OPEN_ENDPOINTS: ReadonlySet<string> = new Set(['Auth.Token', 'Auth.Inspect']);

/** Decides who gets in at the API: who sends a request, and whether the rules let it use what it asks for. */
export class Admission {
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
