import type { HandlerContext } from '@connectrpc/connect';
import { checkNamespace } from '../../auth/checkAccess.ts';
import { callerOf } from './callerContext.ts';

/**
 * The namespace that a request is about; unless it says so that of the account that sends it. Throws `auth.forbidden` when
 * that is another's.
 */
export function namespaceOf(
  options: { namespace: string } | undefined,
  context: Pick<HandlerContext, 'values'>,
): string {
  const caller = callerOf(context);
  const namespace = options?.namespace || caller.namespace;
  checkNamespace(caller, namespace);
  return namespace;
}
