import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { type Caller, LOCAL_USER } from '../../auth/caller.ts';

/** Who sent the request that a handler answers. The port always says so; calls inside the process are the user's own. */
export const callerKey = createContextKey<Caller>(LOCAL_USER, { description: 'who sends the request' });

/** Who sent the request. */
export function callerOf(context: Pick<HandlerContext, 'values'>): Caller {
  return context.values.get(callerKey);
}

/** The network address that the request came from; empty for calls inside the process. */
export const addressKey = createContextKey<string>('', { description: 'where the request came from' });
