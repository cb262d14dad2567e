import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { fromBinary } from '@bufbuild/protobuf';
import { ErrorDetailSchema } from '../../../shared/contract/gen/errors_pb.ts';
import { type ErrorCode, errorCatalogue, MicroError } from '../../../shared/contract/errors.ts';
import { connectionError } from './trust.ts';

/** ms after which a call that only asks or logs in is given up. */
const TIMEOUT_MS = 20_000;
/** Answers of such calls are small, bytes. */
const MAX_ANSWER = 1024 * 1024;

/** Where a server is, and what its requests travel by. */
export interface Address {
  url: string;
  agent: Agent;
}

/** Calls one method of the contract with JSON, e.g. `auth.Auth/Token`. Rejects with the error that the server named. */
export async function postJson<T>(to: Address, method: string, body: unknown, token?: string): Promise<T> {
  const send = to.url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(`${to.url}/${method}`, {
    agent: to.agent,
    method: 'POST',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  const [status, answer] = await new Promise<[number, string]>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER) response.destroy(new Error('the answer is too long'));
      });
      text(response).then((body) => resolve([response.statusCode ?? 500, body]), reject);
    });
    request.end(JSON.stringify(body));
  }).catch((error: Error) => {
    throw error instanceof MicroError ? error : connectionError(to.url, error);
  });
  if (status < 400) return parse<T>(to.url, answer);
  throw errorOf(to.url, status, answer);
}

function parse<T>(url: string, body: string): T {
  try {
    return JSON.parse(body) as T;
  } catch (cause) {
    throw new MicroError('environment.no-server', `what answers at ${url} is no micro server`, { cause });
  }
}

function errorOf(url: string, status: number, body: string): MicroError {
  try {
    const { message, details = [] } = JSON.parse(body) as {
      message: string;
      details?: { type: string; value: string }[];
    };
    const ours = details.find(({ type }) => type === 'desktop.ErrorDetail');
    if (ours) {
      const { code, message: said, next, retryable } = fromBinary(ErrorDetailSchema, Buffer.from(ours.value, 'base64'));
      if (code in errorCatalogue)
        return new MicroError(code as ErrorCode, said, { ...(next === '' ? {} : { next }), retryable });
    }
    if (typeof message === 'string') return new MicroError('api.unknown-method', `${url} answers: ${message}`);
  } catch {
    // Told below.
  }
  return new MicroError('environment.no-server', `what answers at ${url} (status ${status}) is no micro server`, {
    next: 'see whether the address is that of micro server --listen',
  });
}
