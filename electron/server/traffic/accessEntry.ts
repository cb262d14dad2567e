import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { Call, Via } from './call.ts';
import { hostOf } from './headers.ts';

/** One request that was answered, or given up. */
export interface AccessEntry {
  via: Via;
  /** ms since 1970 when its head arrived. */
  at: number;
  /** Address of the client. */
  client: string;
  method: string;
  host: string;
  /** As it was asked for; the secrets of its query are left out when it is written. */
  target: string;
  userAgent: string;
  /** HTTP status that the client got; 0 when it went away before there was one. */
  status: number;
  /** ms until the end of the answer; of a WebSocket until it was closed. */
  durationMs: number;
  /** Body bytes; of a WebSocket the bytes of the connection. */
  requestBytes: number;
  responseBytes: number;
  /** Where it went; undefined for what our port answered itself. */
  call: Call | undefined;
}

/** The connection that a request came by, also for one of the many of HTTP/2. */
export function clientSocket(request: IncomingMessage): Socket {
  if (request.httpVersionMajor < 2) return request.socket;
  const { session } = (request as unknown as Http2ServerRequest).stream;
  return (session?.socket ?? request.socket) as Socket;
}

/** The entry of a request that has just come, to be filled in with its end. */
export function entryOf(via: Via, request: IncomingMessage, at: number): AccessEntry {
  return {
    via,
    at,
    client: clientSocket(request).remoteAddress ?? '',
    method: request.method ?? '',
    host: hostOf(request),
    target: request.url ?? '/',
    userAgent: request.headers['user-agent'] ?? '',
    status: 0,
    durationMs: 0,
    requestBytes: 0,
    responseBytes: 0,
    call: undefined,
  };
}

/** Tells the entry of a request that our port answers itself, once the answer has left. */
export function tellOwnAnswer(
  via: Via,
  request: IncomingMessage,
  response: ServerResponse,
  tell: ((entry: AccessEntry) => void) | undefined,
): void {
  if (!tell) return;
  const entry = entryOf(via, request, Date.now());
  response.once('close', () => {
    entry.status = response.headersSent ? response.statusCode : 0;
    entry.durationMs = Date.now() - entry.at;
    entry.responseBytes = Number(response.getHeader('content-length') ?? 0);
    tell(entry);
  });
}

/** Tells the entry of an upgrade that our port refuses itself. */
export function tellOwnRefusal(
  via: Via,
  request: IncomingMessage,
  status: number,
  tell: ((entry: AccessEntry) => void) | undefined,
): void {
  tell?.({ ...entryOf(via, request, Date.now()), status });
}
