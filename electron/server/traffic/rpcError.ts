import { STATUS_CODES } from 'node:http';
import type { Call } from './call.ts';

/** An error in micro's shape. */
export interface RpcError {
  id: string;
  /** HTTP status. */
  code: number;
  detail: string;
  status: string;
}

/** HTTP statuses of gRPC's, as micro maps them. */
const HTTP_STATUS: Readonly<Record<number, number>> = {
  3: 400,
  4: 408,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  11: 400,
  12: 501,
  14: 503,
  16: 401,
};

/** What an answer without a status of gRPC means by its status of HTTP (gRPC's own table); 2 is "unknown". */
const BY_HTTP_STATUS: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

/** The status of gRPC that stands for a refusal over HTTP; undefined when it is none. */
export function grpcStatusOfHttp(status: number): number | undefined {
  return status >= 400 ? (BY_HTTP_STATUS[status] ?? 2) : undefined;
}

/** The error that a failed call is answered with. micro's services send theirs as JSON in the message; others a plain sentence. */
export function rpcErrorOf(call: Pick<Call, 'to' | 'grpcStatus'>, message: string): RpcError {
  const code = HTTP_STATUS[call.grpcStatus ?? 0] ?? 500;
  try {
    const own = JSON.parse(message) as Partial<RpcError>;
    const given = typeof own.code === 'number' && own.code >= 400 && own.code < 600 ? own.code : code;
    return {
      id: String(own.id ?? call.to),
      code: given,
      detail: String(own.detail ?? message),
      status: STATUS_CODES[given] ?? '',
    };
  } catch {
    return { id: call.to, code, detail: message, status: STATUS_CODES[code] ?? '' };
  }
}
