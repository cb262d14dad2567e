/** What a request over HTTP says to an endpoint. */
export interface HttpParts {
  /** With the query. */
  target: string;
  params: Readonly<Record<string, string>>;
  contentType: string;
  body: string;
}

/**
 * The message of an endpoint, made of everything a request says: query, then form or JSON body, then what the path says,
 * each over what came before. A name with dots goes into nested messages. Throws when the body is not JSON.
 */
export function mergeRequest({ target, params, contentType, body }: HttpParts): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  const sources = [
    fromPairs(new URLSearchParams(query)),
    isForm ? fromPairs(new URLSearchParams(body)) : fromJson(body),
    fromPairs(Object.entries(params)),
  ];
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) define(message, name, value);
  }
  return message;
}

function fromJson(body: string): object {
  if (body.trim() === '') return {};
  const value = JSON.parse(body) as unknown;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error('it is not a JSON object');
}

function fromPairs(pairs: Iterable<[string, string]>): object {
  const object: Record<string, unknown> = {};
  for (const [name, value] of pairs) set(object, name, value);
  return object;
}

function set(message: Record<string, unknown>, name: string, value: string): void {
  const parts = name.split('.');
  const last = parts.pop() as string;
  let target = message;
  for (const part of parts) {
    const inner = Object.hasOwn(target, part) ? target[part] : undefined;
    const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    define(target, part, next);
    target = next;
  }
  const known = Object.hasOwn(target, last) ? target[last] : undefined;
  // A name that comes more than once in a query or form is a list.
  define(target, last, typeof known === 'string' ? [known, value] : Array.isArray(known) ? [...known, value] : value);
}

/** As a member of its own, also when the name is `__proto__`. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
