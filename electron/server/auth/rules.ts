/** What a rule is about. `*` means any, in each part. */
export interface Resource {
  /** `service` for what runs here, `core` for what the server offers itself. */
  type: string;
  /** Name of the service, or package of the server, e.g. `store`. */
  name: string;
  /** `Handler.Method`, or an HTTP path without its query. In a rule `/x/*` means everything below `/x/`. */
  endpoint: string;
}

/** Lets callers of a scope do something, or keeps them from it. */
export interface Rule {
  id: string;
  /** Empty: everybody, also without an account. `*`: any account. Else the scope that an account needs. */
  scope: string;
  resource: Resource;
  access: 'granted' | 'denied';
  /** Higher ones are asked first; whole, may be negative. */
  priority: number;
}

/**
 * Micro's evaluation: of the rules that are about the resource, the first whose scope fits decides, from high priority to
 * low and in the given order where these are equal; when none fits, the answer is no. Names and scopes match in any case.
 */
export function isGranted(rules: readonly Rule[], scopes: readonly string[] | undefined, resource: Resource): boolean {
  const fitting = rules.filter((rule) => isAbout(rule, resource) && fitsScope(rule.scope, scopes));
  let first = fitting[0];
  for (const rule of fitting) if (rule.priority > (first as Rule).priority) first = rule;
  return first?.access === 'granted';
}

function isAbout({ resource: wanted }: Rule, { type, name, endpoint }: Resource): boolean {
  return fits(wanted.type, type) && fits(wanted.name, name) && fitsEndpoint(wanted.endpoint, endpoint);
}

function fits(wanted: string, actual: string): boolean {
  return wanted === '*' || wanted.toLowerCase() === actual.toLowerCase();
}

/** `/x/*` is about `/x` too, as micro has it. */
function fitsEndpoint(wanted: string, actual: string): boolean {
  if (fits(wanted, actual)) return true;
  if (!wanted.endsWith('/*')) return false;
  const parent = wanted.slice(0, -1).toLowerCase();
  return actual.includes('/') && `${actual.toLowerCase()}/`.startsWith(parent);
}

function fitsScope(wanted: string, scopes: readonly string[] | undefined): boolean {
  if (wanted === '') return true;
  if (scopes === undefined) return false;
  return wanted === '*' || scopes.some((scope) => scope.toLowerCase() === wanted.toLowerCase());
}
