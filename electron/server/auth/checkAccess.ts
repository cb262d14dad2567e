import { MicroError } from '../../../shared/contract/errors.ts';
import { type Caller, ROOT_NAMESPACE } from './caller.ts';
import { isGranted, type Resource, type Rule } from './rules.ts';

/**
 * Throws unless the rules let the caller use the resource: `api.unauthenticated` where an account is missing altogether,
 * `auth.forbidden` where it is the wrong one.
 */
export function checkAccess(rules: readonly Rule[], caller: Caller | undefined, resource: Resource): void {
  if (isGranted(rules, caller?.scopes, resource)) {
    if (caller && caller.namespace !== ROOT_NAMESPACE && resource.type === 'core' && !isDivided(resource))
      throw forbidden(caller, `${shown(resource)}, which belongs to the namespace ${ROOT_NAMESPACE}`);
    return;
  }
  if (caller === undefined)
    throw new MicroError('api.unauthenticated', `${shown(resource)} needs an account`, {
      next: 'send Authorization: Bearer with a token; micro auth token prints one',
    });
  throw forbidden(caller, shown(resource));
}

/**
 * What each namespace has its own of; their handlers look at the namespace. All else of the server is one for all, so that
 * only accounts of `micro` may use it, whatever the rules of another namespace say.
 */
function isDivided({ name, endpoint }: Resource): boolean {
  if (name === 'store' || name === 'config' || name === 'auth') return true;
  if (name === 'authority') return endpoint === 'Authority.Read';
  return name === 'records' && /^Records\.(Get|Apply|Browse|Watch)$/.test(endpoint);
}

/** Throws `auth.forbidden` when the caller belongs to another namespace; those of `micro` may act on all. */
export function checkNamespace(caller: Caller, namespace: string): void {
  if (caller.namespace === ROOT_NAMESPACE || caller.namespace === namespace) return;
  throw forbidden(caller, `the namespace ${namespace}`);
}

/** The refusal of something that a caller may not use. */
export function forbidden(caller: Caller, what: string): MicroError {
  const next =
    caller.service === undefined
      ? 'a rule can allow it to one of the account’s scopes: micro auth create rule --help'
      : 'a service may use store, events, broker, config (read) and registry; the rest is the user’s';
  return new MicroError('auth.forbidden', `${caller.type} ${caller.id} may not use ${what}`, { next });
}

function shown({ type, name, endpoint }: Resource): string {
  return type === 'core' ? `${name} ${endpoint}` : `${endpoint} of ${name}`;
}
