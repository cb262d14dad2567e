import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { MicroError } from '../../../../shared/contract/errors.ts';

/** Origin of the desktop app's page; its scheme is registered by the app alone, no web page can have it. */
export const DESKTOP_ORIGIN = 'app://micro';

/** Host names under which this machine may be asked. Anything else is a foreign name that was pointed at loopback. */
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Content types of the contract: Connect, gRPC and gRPC-Web, as JSON or protobuf. A form or text post is not one. */
const RPC_CONTENT_TYPE =
  /^application\/(?:json|proto|connect\+(?:json|proto)|grpc(?:-web)?(?:-text)?(?:\+(?:json|proto))?)$/;

/** The parts of a request that the checks need; HTTP/2 pseudo headers included. */
export interface GuardedRequest {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

/**
 * Refuses requests that a web page made the browser send: the Host must be a loopback name with our port, the Origin
 * absent, ours, or the desktop app's. `advertised` is one more Host (host:port) that it answers for. Throws `api.forbidden-host` or `api.forbidden-origin`.
 */
export function checkOrigin(request: GuardedRequest, port: number, advertised = ''): void {
  const host = String(request.headers[':authority'] ?? request.headers.host ?? '');
  if (!isOwnHost(host, port) && (advertised === '' || host.toLowerCase() !== advertised.toLowerCase())) {
    throw new MicroError('api.forbidden-host', `this server does not answer for the host "${host}"`, {
      next: `use http://127.0.0.1:${port}`,
    });
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !isOwnOrigin(origin, port)) {
    throw new MicroError('api.forbidden-origin', `pages of "${origin}" may not talk to this server`);
  }
}

function isOwnHost(host: string, port: number): boolean {
  const match = /^(.*?)(?::(\d+))?$/.exec(host.toLowerCase());
  if (!match) return false;
  return LOOPBACK_NAMES.has(match[1] as string) && Number(match[2] ?? 80) === port;
}

/** Whether a page of this origin is one of ours. */
export function isOwnOrigin(origin: string, port: number): boolean {
  if (origin === DESKTOP_ORIGIN) return true;
  return origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port);
}

/** Throws `api.content-type` unless the body is one of the contract's kinds. */
export function checkContentType(request: GuardedRequest): void {
  const type = String(request.headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  if (!RPC_CONTENT_TYPE.test(type)) {
    throw new MicroError('api.content-type', `a body of type "${type}" is not accepted`, {
      next: 'send JSON with Content-Type: application/json',
    });
  }
}

/** The token of `Authorization: Bearer …`, or an empty string. */
export function bearerToken(headers: IncomingHttpHeaders): string {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** The value of a cookie, or an empty string. */
export function cookieValue(headers: IncomingHttpHeaders, name: string): string {
  for (const part of (headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return '';
}

/** Compares secrets in a time that does not tell how much of them matched. */
export function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
