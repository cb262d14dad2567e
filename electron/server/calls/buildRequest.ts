import { MicroError } from '../../../shared/contract/errors.ts';
import type { Header, ServiceCallRequest, ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';
import { nearest } from '../project/nearest.ts';
import { parsed } from './fieldValue.ts';
import { placeFields } from './placedFields.ts';

/** A call with everything in its place, ready to be sent. */
export interface BuiltRequest {
  protocol: 'http' | 'grpc';
  method: string;
  /** HTTP: path and query; gRPC: `/package.Service/Method`. */
  path: string;
  headers: { name: string; value: string }[];
  body: Buffer;
}

/** `{{NAME}}` in a call stands for a variable of the service's environment, so that files need not hold secrets. */
const VARIABLE = /\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Header names that the call itself decides about. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'traceparent']);

/**
 * Puts a call together: fields into path, query, headers and body as the endpoint has them, variables into everything.
 * Throws `api.invalid` with the field that is missing, unknown or of the wrong type.
 */
export function buildRequest(
  request: ServiceCallRequest,
  endpoint: ServiceEndpoint | undefined,
  variables: ReadonlyMap<string, string>,
): BuiltRequest {
  const fill = (text: string): string => fillVariables(text, variables);
  const fields = new Map(Object.entries(request.fields).map(([name, value]) => [name, fill(value)]));
  const protocol = endpoint?.protocol === 'grpc' ? 'grpc' : 'http';
  const method = (request.method || endpoint?.method || (protocol === 'grpc' ? 'POST' : 'GET')).toUpperCase();
  if (!METHOD.test(method)) throw new MicroError('api.invalid', `"${method}" is not a method of HTTP`);
  const placed = placeFields(fields, endpoint, protocol, method);
  let path = fillPath(fill(request.path || endpoint?.path || '/'), placed.path);
  if (!path.startsWith('/')) path = `/${path}`;
  for (const [name, value] of placed.query) {
    path += `${path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  }
  if (/[^\x21-\x7e]/.test(path)) path = encodeURI(path);
  const headers = headersOf(request.headers, fill, placed.headers);
  const body = bodyOf(request.body, fill, placed.body);
  const hasType = headers.some(({ name }) => name.toLowerCase() === 'content-type');
  if (protocol === 'http' && body.length > 0 && !hasType) {
    headers.push({ name: 'content-type', value: isJson(body) ? 'application/json' : 'text/plain; charset=utf-8' });
  }
  return { protocol, method, path, headers, body };
}

/** Replaces `{{NAME}}` by the value of a variable; one that is not set is an error. */
export function fillVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (_, name: string) => {
    const value = variables.get(name);
    if (value !== undefined) return value;
    const near = nearest(name, variables.keys());
    throw new MicroError('api.invalid', `the variable "${name}" is not set for this service`, {
      next: near ? `did you mean {{${near}}}?` : 'set it in env of the service or the project',
    });
  });
}

function fillPath(path: string, values: ReadonlyMap<string, string>): string {
  return path.replace(/\{([^{}/]+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value !== undefined) return encodeURIComponent(value);
    throw new MicroError('api.invalid', `the path needs a value for {${name}}`, { next: `give the field "${name}"` });
  });
}

function headersOf(
  given: readonly Header[],
  fill: (text: string) => string,
  placed: readonly [string, string][],
): { name: string; value: string }[] {
  const all = [...given.map(({ name, value }) => [name.trim(), fill(value)] as const), ...placed];
  return all
    .filter(([name]) => name !== '')
    .map(([name, value]) => {
      if (!METHOD.test(name) || /[\r\n\0]/.test(value)) {
        throw new MicroError('api.invalid', `"${name}: ${value}" is not a header`);
      }
      if (OWN_HEADERS.has(name.toLowerCase())) {
        throw new MicroError('api.invalid', `the header "${name}" is set by the call itself`);
      }
      return { name, value };
    });
}

function bodyOf(
  given: Uint8Array,
  fill: (text: string) => string,
  fields: Record<string, unknown> | undefined,
): Buffer {
  const bytes = Buffer.from(given);
  const text = bytes.toString();
  // A body that is no text (an upload) is sent as it is.
  const body = Buffer.from(text).equals(bytes) ? Buffer.from(fill(text)) : bytes;
  if (fields === undefined) return body;
  if (body.length === 0) return Buffer.from(JSON.stringify(fields));
  const base = parsed('the body', body.toString());
  if (typeof base !== 'object' || base === null || Array.isArray(base)) {
    throw new MicroError('api.invalid', 'fields can only be added to a body that is a JSON object');
  }
  return Buffer.from(JSON.stringify({ ...base, ...fields }));
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}
