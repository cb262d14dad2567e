import type { IncomingMessage } from 'node:http';
import { MicroError } from '../../shared/contract/errors.ts';
import type { Credentials } from './api/http/credentials.ts';
import { callerOfAccount } from './auth/accounts.ts';
import type { Authority } from './auth/authority.ts';
import { type Caller, LOCAL_USER, ROOT_NAMESPACE } from './auth/caller.ts';
import { isLoopbackAddress } from './host/loopback.ts';
import { OUTSIDE } from './traffic/call.ts';
import type { Callers } from './traffic/callers.ts';
import { clientSocket } from './traffic/accessEntry.ts';
import type { TrafficGuard } from './traffic/guard.ts';

/**
 * Holds calls to services against the rules, when that is switched on, and always for whoever is not on this machine. A
 * service is known by its token or by its process; everybody else by the access token of an account.
 */
export function createTrafficGuard(
  authority: Authority,
  credentials: Pick<Credentials, 'find' | 'tokensOf'>,
  callers: Pick<Callers, 'callerOf'>,
): TrafficGuard {
  const check = async (request: IncomingMessage, service: string, endpoints: readonly string[]): Promise<void> => {
    let ended: MicroError | undefined;
    const caller = await callerOf(request, (error) => {
      ended = error;
    });
    if (caller === LOCAL_USER) return;
    // Services belong to the namespace `micro`; whoever belongs to another is nobody to them.
    const known = caller?.namespace === ROOT_NAMESPACE ? caller : undefined;
    for (const endpoint of endpoints) {
      await authority.check(known, { type: 'service', name: service, endpoint }).catch((error: unknown) => {
        throw ended ?? error;
      });
    }
  };

  const callerOf = async (
    request: IncomingMessage,
    handleEnded: (error: MicroError) => void,
  ): Promise<Caller | undefined> => {
    // No session of a browser counts here: a page of anybody could use it.
    const found = credentials.find({ authorization: request.headers.authorization }, 0);
    if (found?.service !== undefined) return authority.callerOfService(found.service);
    if (found) return found;
    for (const token of credentials.tokensOf({ authorization: request.headers.authorization })) {
      try {
        const account = await authority.accountOfToken(token);
        if (account) return callerOfAccount(account);
      } catch (error) {
        if (!(error instanceof MicroError) || error.code !== 'auth.token-ended') throw error;
        handleEnded(error);
      }
    }
    const name = await callers.callerOf(clientSocket(request));
    return name === OUTSIDE ? undefined : authority.callerOfService(name);
  };

  return {
    check(request, service, endpoints) {
      const here = isLoopbackAddress(clientSocket(request).remoteAddress ?? '');
      return authority.enabled || !here ? check(request, service, endpoints()) : undefined;
    },
  };
}
