import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { MicroError } from '../../../shared/contract/errors.ts';
import { absoluteTarget } from './route.ts';
import type { TraceContext } from './traceContext.ts';

/** Headers that speak about one connection and end there (RFC 9110, section 7.6.1). `trailer` passes: so do trailers. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that `Connection` cannot make its own: without them a server would read where the body ends, or whom it is for, otherwise. */
const END_TO_END = new Set(['content-length', 'host']);

/**
 * What must not come behind a body, where whoever reads it has decided by the head (RFC 9110, section 6.5.1): framing, routing,
 * and who asks. Some servers put trailers among the headers.
 */
const NO_TRAILER = new Set([
  ...HOP_BY_HOP,
  ...END_TO_END,
  'trailer',
  'content-encoding',
  'content-type',
  'content-range',
  'authorization',
  'cookie',
  'set-cookie',
  'traceparent',
]);

/** Methods whose requests have no body unless they say so; for the others Node would add an empty chunked one. */
const BODILESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** What a forwarded request says about where it came from. */
export interface Forwarding {
  /** Address of the client as the connection shows it. */
  clientAddress: string;
  /** How it came to us: `https` where our own port speaks TLS. */
  scheme: 'http' | 'https';
  host: string;
  /** Path that was taken off; empty when none was. */
  prefix: string;
  trace: TraceContext;
  /** Leave `authorization` out: it carried a token of ours, which is nobody else's business. */
  dropAuthorization: boolean;
}

/** How the body of a request is framed. */
export type BodyFraming = 'none' | 'length' | 'chunked';

/** Finds the framing of a request from its headers. The parser made sure that there is at most one. */
export function bodyFraming(headers: {
  'transfer-encoding'?: string | undefined;
  'content-length'?: string | undefined;
}): BodyFraming {
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  const length = headers['content-length'];
  return length === undefined || length === '0' ? 'none' : 'length';
}

/** The framing of a request of either version of HTTP; in HTTP/2 the length may be missing. */
export function framingOf(request: IncomingMessage): BodyFraming {
  if (request.httpVersionMajor < 2) return bodyFraming(request.headers);
  const { stream, headers } = request as unknown as Http2ServerRequest;
  if (stream.endAfterHeaders) return 'none';
  return headers['content-length'] === undefined ? 'chunked' : 'length';
}

/** Who a request is for: what an absolute target says before any header (RFC 9112, section 3.2.2); `:authority` in HTTP/2. */
export function hostOf(request: IncomingMessage): string {
  const { headers, url = '/' } = request;
  return absoluteTarget(url)?.host ?? (headers[':authority'] as string | undefined) ?? headers.host ?? '';
}

/**
 * The headers of the request to the service, as a flat list of names and values: what came, in its order and spelling,
 * without what belongs to the connection, and with X-Forwarded-* and `traceparent`. Throws `api.invalid` when two readers could
 * read them in two ways.
 */
export function requestHeaders(
  raw: readonly string[],
  method: string,
  connection: string | undefined,
  framing: BodyFraming,
  forwarding: Forwarding,
): string[] {
  const named = connectionNames(connection);
  const out: string[] = [];
  let forwardedFor = '';
  let hasProto = false;
  let hasForwardedHost = false;
  let hasLength = false;
  let hasHost = false;
  let authority: string | undefined;
  const cookies: string[] = [];
  let outerPrefix = '';
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    // Of HTTP/2: the first lines of the request.
    if (name.startsWith(':')) {
      if (name === ':authority') authority = value;
      continue;
    }
    const lower = name.toLowerCase();
    switch (lower) {
      case 'x-forwarded-for':
        forwardedFor += forwardedFor ? `, ${value}` : value;
        continue;
      case 'x-forwarded-prefix':
        outerPrefix = value;
        continue;
      case 'traceparent':
        continue;
      case 'te':
        // The only value that is of use beyond the next hop: the client takes trailers.
        if (/\btrailers\b/i.test(value)) out.push(name, 'trailers');
        continue;
      case 'authorization':
        if (forwarding.dropAuthorization) continue;
        break;
      case 'x-forwarded-proto':
        hasProto = true;
        break;
      case 'x-forwarded-host':
        hasForwardedHost = true;
        break;
      case 'host':
        // Whom it is for must not depend on who reads it (RFC 9112, section 3.2).
        if (hasHost || (authority ?? value).toLowerCase() !== value.toLowerCase())
          throw new MicroError('api.invalid', 'a request must not have two hosts');
        hasHost = true;
        out.push(name, forwarding.host);
        continue;
      case 'transfer-encoding':
        // Any other coding would be lost on the way: only the chunks are made anew.
        if (value.toLowerCase() !== 'chunked') {
          throw new MicroError('api.invalid', `the transfer coding "${value}" is not supported`);
        }
        break;
      case 'cookie':
        // HTTP/2 may send them one by one; HTTP/1.1 has one header.
        cookies.push(value);
        continue;
      case 'content-length':
        hasLength = true;
        break;
    }
    if (HOP_BY_HOP.has(lower) || named?.has(lower)) continue;
    out.push(name, value);
  }
  if (cookies.length > 0) out.push('Cookie', cookies.join('; '));
  // Clients of HTTP/1.0 may leave it out, those of HTTP/2 say `:authority`; HTTP/1.1 demands it.
  if (!hasHost) out.push('Host', forwarding.host || 'localhost');
  out.push('X-Forwarded-For', forwardedFor ? `${forwardedFor}, ${forwarding.clientAddress}` : forwarding.clientAddress);
  if (!hasProto) out.push('X-Forwarded-Proto', forwarding.scheme);
  if (!hasForwardedHost && forwarding.host) out.push('X-Forwarded-Host', forwarding.host);
  const prefix = outerPrefix + forwarding.prefix;
  if (prefix) out.push('X-Forwarded-Prefix', prefix);
  out.push('traceparent', forwarding.trace.header);
  if (framing === 'chunked') out.push('Transfer-Encoding', 'chunked');
  else if (framing === 'none' && !hasLength && !BODILESS.has(method)) out.push('Content-Length', '0');
  return out;
}

/** The headers of the answer to the client, as a flat list: what came, without what belongs to the connection. */
export function responseHeaders(raw: readonly string[], connection: string | undefined): string[] {
  const named = connectionNames(connection);
  const out: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || named?.has(lower)) continue;
    out.push(name, raw[i + 1] as string);
  }
  return out;
}

/** The trailers that may be passed on, as a flat list. */
export function passedTrailers(raw: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (!NO_TRAILER.has(name.toLowerCase())) out.push(name, raw[i + 1] as string);
  }
  return out;
}

/** Headers that `Connection` names belong to this hop too; the usual `keep-alive` and `close` need no set. */
function connectionNames(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !END_TO_END.has(name)));
}
