/** Micro's own namespace; accounts of it may act on all others. */
export const ROOT_NAMESPACE = 'micro';

/** Who sends a request to the server, once it has proven that. */
export interface Caller {
  /** Of its account; of a service without one, its name. */
  id: string;
  type: 'user' | 'service';
  /** What rules go by. */
  scopes: readonly string[];
  /** The namespace that its account belongs to. */
  namespace: string;
  /** Name of the service, when it is one that this server runs. */
  service?: string | undefined;
}

/** Scope of accounts that may do everything, by the rules that a new namespace begins with. */
export const ADMIN_SCOPE = 'admin';
/** Scope that every service has. */
export const SERVICE_SCOPE = 'service';

/** The user of this machine: whoever can read server.json, or came by a one-time link. */
export const LOCAL_USER: Caller = {
  id: 'local',
  type: 'user',
  scopes: [ADMIN_SCOPE],
  namespace: ROOT_NAMESPACE,
};

/** Who shows no token, where that is allowed. */
export const NOBODY: Caller = { id: '', type: 'user', scopes: [], namespace: ROOT_NAMESPACE };

/** A service of this server that shows the token of its environment. */
export function serviceCaller(service: string): Caller {
  return { id: service, type: 'service', scopes: [SERVICE_SCOPE], namespace: ROOT_NAMESPACE, service };
}

/** Whether a caller may do everything. */
export function isAdmin(caller: Caller): boolean {
  return caller.scopes.includes(ADMIN_SCOPE);
}
