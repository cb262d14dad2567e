import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { clientSocket } from './accessEntry.ts';
import { type Call, OUTSIDE, type Via } from './call.ts';
import { framingOf, hostOf, requestHeaders } from './headers.ts';
import { keptBodyOf } from './keptBody.ts';
import type { Route } from './route.ts';
import { continueTrace } from './traceContext.ts';

/** A call that has just come, and the head of its request to the service, as a flat list of names and values. */
export interface NewCall {
  call: Call;
  headers: string[];
}

/** Makes a call of a request. Throws `api.invalid` when the head can be read in two ways. */
export function newCall(
  request: IncomingMessage,
  route: Route,
  via: Via,
  at: number,
  { dropAuthorization, keptBodyBytes }: { dropAuthorization: boolean; keptBodyBytes: number },
): NewCall {
  const socket = clientSocket(request);
  const trace = continueTrace(request.headers.traceparent as string | undefined);
  const method = request.method ?? 'GET';
  const framing = framingOf(request);
  const headers = requestHeaders(request.rawHeaders, method, request.headers.connection, framing, {
    clientAddress: socket.remoteAddress ?? '',
    scheme: isEncrypted(socket) ? 'https' : 'http',
    host: hostOf(request),
    prefix: route.prefix,
    trace,
    dropAuthorization,
  });
  const call: Call = {
    id: 0,
    at,
    from: OUTSIDE,
    to: route.service,
    node: '',
    via,
    kind: 'http',
    method,
    path: route.path,
    status: 0,
    requestBytes: 0,
    responseBytes: 0,
    durationMs: 0,
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    error: '',
  };
  if (keptBodyBytes > 0 && framing !== 'none') call.body = keptBodyOf(request, keptBodyBytes);
  return { call, headers };
}

function isEncrypted(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}
