import { STATUS_CODES } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorDetailSchema } from '../contract/gen/errors_pb.ts';

/** One field of a message that is not as it has to be. */
export interface FieldProblem {
  /** Where it is, e.g. `items[0].id`; empty: the message itself. */
  path: string;
  message: string;
}

/** An error as services of micro send it. */
export interface ErrorBody {
  /** The service that says so. */
  id: string;
  /** An HTTP status. */
  code: number;
  detail: string;
  /** The words of the status. */
  status: string;
  /** The stable code of the server's own errors, e.g. `store.conflict`. */
  error?: string;
  fields?: FieldProblem[];
}

/** Optional parts of a {@link ServiceError}. */
export interface ServiceErrorOptions {
  /** The service that says so; without one, the service that answers. */
  id?: string;
  error?: string;
  fields?: FieldProblem[];
  cause?: unknown;
}

/**
 * An expected failure, told to the caller as it is: `throw new ServiceError(404, 'no product "x"')`. What else a handler throws
 * becomes a 500 that does not show its reason.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly id: string;
  readonly error: string | undefined;
  readonly fields: readonly FieldProblem[];

  constructor(
    readonly code: number,
    readonly detail: string,
    options: ServiceErrorOptions = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.id = options.id ?? '';
    this.error = options.error;
    this.fields = options.fields ?? [];
  }

  /** The words of the status, e.g. `Not Found`. */
  get status(): string {
    return STATUS_CODES[this.code] ?? '';
  }

  /** As it is sent; `service` says so where the error does not name another one. */
  toBody(service: string): ErrorBody {
    return {
      id: this.id || service,
      code: this.code,
      detail: this.detail,
      status: this.status,
      ...(this.error === undefined ? {} : { error: this.error }),
      ...(this.fields.length === 0 ? {} : { fields: [...this.fields] }),
    };
  }
}

/** RPC codes by HTTP status, as micro maps them. */
const RPC_CODE: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  408: Code.DeadlineExceeded,
  409: Code.AlreadyExists,
  412: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  499: Code.Canceled,
  501: Code.Unimplemented,
  503: Code.Unavailable,
  504: Code.DeadlineExceeded,
};

const HTTP_STATUS: Readonly<Partial<Record<Code, number>>> = {
  [Code.Canceled]: 499,
  [Code.InvalidArgument]: 400,
  [Code.DeadlineExceeded]: 408,
  [Code.NotFound]: 404,
  [Code.AlreadyExists]: 409,
  [Code.PermissionDenied]: 403,
  [Code.ResourceExhausted]: 429,
  [Code.FailedPrecondition]: 400,
  [Code.Aborted]: 409,
  [Code.OutOfRange]: 400,
  [Code.Unimplemented]: 501,
  [Code.Unavailable]: 503,
  [Code.Unauthenticated]: 401,
};

/** As gRPC and Connect carry it: micro's JSON is the message. */
export function toConnectError(error: ServiceError, service: string): ConnectError {
  const code = RPC_CODE[error.code] ?? (error.code < 500 ? Code.FailedPrecondition : Code.Internal);
  return new ConnectError(JSON.stringify(error.toBody(service)), code, undefined, undefined, error);
}

/** What came back from a call over gRPC or Connect. */
export function fromConnectError(thrown: unknown, service: string): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  const error = ConnectError.from(thrown);
  const own = bodyOf(error.rawMessage);
  if (own) return new ServiceError(own.code, own.detail, { ...own, cause: thrown });
  const detail = error.findDetails(ErrorDetailSchema)[0];
  return new ServiceError(HTTP_STATUS[error.code] ?? 500, detail?.message || error.rawMessage, {
    id: service,
    ...(detail?.code ? { error: detail.code } : {}),
    cause: thrown,
  });
}

/** An answer that is an error: micro's JSON, another one's JSON, or text. */
export function fromAnswer(status: number, text: string, service: string): ServiceError {
  const own = bodyOf(text);
  if (own) return new ServiceError(own.code, own.detail, own);
  const json = parsed(text) as { message?: unknown; error?: unknown; detail?: unknown } | undefined;
  const reason = [json?.message, json?.error, json?.detail].find((one) => typeof one === 'string');
  const plain = json === undefined ? text.trim().slice(0, MAX_REASON_CHARACTERS) : '';
  return new ServiceError(status, String(reason ?? (plain || `${service} answered ${status}`)), { id: service });
}

/** Characters of an answer in plain text that become the reason; the rest is seldom more than markup. */
const MAX_REASON_CHARACTERS = 500;

function bodyOf(text: string): ErrorBody | undefined {
  const value = parsed(text) as Partial<ErrorBody> | undefined;
  if (typeof value?.code !== 'number' || typeof value.detail !== 'string' || value.code < 400 || value.code > 599) {
    return undefined;
  }
  return value as ErrorBody;
}

function parsed(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
