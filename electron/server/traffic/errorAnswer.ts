import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { lingerFor } from './clientSide.ts';
import { corsHeaders, pairs } from './cors.ts';
import type { ErrorCode, MicroError } from '../../../shared/contract/errors.ts';

/** Statuses of the errors that traffic itself makes; what a service answers passes as it is. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'gateway.no-service': 404,
  'gateway.not-ready': 503,
  'gateway.upstream-failed': 502,
  'gateway.timeout': 504,
  'api.forbidden-host': 403,
  'api.unauthenticated': 401,
  'auth.token-ended': 401,
  'auth.forbidden': 403,
  'api.invalid': 400,
  'server.stopping': 503,
};

/** The HTTP status that stands for an error of traffic. */
export function trafficStatus(error: MicroError): number {
  return STATUS[error.code] ?? 500;
}

/** An error in micro's shape `{id, code, detail, status}`, with our stable code in `error` and the next step. */
export function errorBody(id: string, error: MicroError): string {
  const code = trafficStatus(error);
  return `${JSON.stringify({
    id,
    code,
    detail: error.message,
    status: STATUS_CODES[code],
    error: error.code,
    ...error.details,
    ...(error.next ? { next: error.next } : {}),
  })}\n`;
}

/** Answers a request that could not be forwarded. `id` is who says so: `gateway` or `proxy`. */
export function answerError(response: ServerResponse, id: string, error: MicroError, corsOrigin?: string): void {
  if (response.headersSent || response.destroyed) return;
  lingerFor(response);
  const body = errorBody(id, error);
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  };
  if (error.retryable) headers['Retry-After'] = 1;
  if (corsOrigin !== undefined) Object.assign(headers, Object.fromEntries(pairs(corsHeaders(corsOrigin))));
  response.writeHead(trafficStatus(error), headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same for an upgrade request, whose socket has no response object; closes it. */
export function refuseUpgrade(socket: Duplex, id: string, error: MicroError): void {
  const status = trafficStatus(error);
  const body = errorBody(id, error);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
