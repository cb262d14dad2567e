import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { errorToJson } from '@connectrpc/connect/protocol-connect';
import { type ErrorKind, type MicroError } from '../../../../shared/contract/errors.ts';
import { toConnectError, UNAUTHENTICATED } from '../rpc/errorInterceptor.ts';

/** HTTP status for each kind of error. */
const HTTP_STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  denied: 403,
  unavailable: 503,
  timeout: 504,
  failed: 500,
  internal: 500,
};

/** The HTTP status of an error; a missing token is 401, other refusals 403. */
export function httpStatus(error: MicroError): number {
  return UNAUTHENTICATED.has(error.code) ? 401 : HTTP_STATUS[error.kind];
}

/** Answers with an error in micro's shape `{id, code, detail, status}` plus our stable code and the next step. */
export function sendError(response: ServerResponse | Http2ServerResponse, error: MicroError): void {
  const status = httpStatus(error);
  const body = JSON.stringify({
    id: 'micro',
    code: status,
    detail: error.message,
    status: error.code,
    ...(error.next ? { next: error.next } : {}),
  });
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  (response as ServerResponse).writeHead(status, headers);
  (response as ServerResponse).end(body);
}

/**
 * Answers a call of the contract that did not get as far as its handler. The body is a Connect error (code, message and our
 * detail), so that every Connect client reads it as one; gRPC clients go by the HTTP status.
 */
export function sendRpcError(response: ServerResponse | Http2ServerResponse, error: MicroError): void {
  const connectError = toConnectError(error);
  const body = JSON.stringify(errorToJson(connectError, undefined));
  const status = httpStatus(error);
  (response as ServerResponse).writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  (response as ServerResponse).end(body);
}
