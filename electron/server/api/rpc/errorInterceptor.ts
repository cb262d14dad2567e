import type { DescMethod } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { ErrorDetailSchema } from '../../../../shared/contract/gen/errors_pb.ts';
import { type ErrorCode, type ErrorKind, MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Logger } from '../../base/logger.ts';

/** RPC code for each kind of error. */
const RPC_CODE: Record<ErrorKind, Code> = {
  invalid: Code.InvalidArgument,
  'not-found': Code.NotFound,
  conflict: Code.AlreadyExists,
  denied: Code.PermissionDenied,
  unavailable: Code.Unavailable,
  timeout: Code.DeadlineExceeded,
  failed: Code.FailedPrecondition,
  internal: Code.Internal,
};

/** Codes of those who have not proven who they are, as against those who may not do it. */
export const UNAUTHENTICATED: ReadonlySet<string> = new Set<ErrorCode>([
  'api.unauthenticated',
  'auth.wrong-secret',
  'auth.token-ended',
]);

/** The error as it goes over the wire: RPC code and message for everybody, our detail for our own clients. */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const micro = toMicroError(error);
  const code = UNAUTHENTICATED.has(micro.code) ? Code.Unauthenticated : RPC_CODE[micro.kind];
  const details: Record<string, string> = {};
  for (const [key, value] of Object.entries(micro.details)) details[key] = String(value);
  return new ConnectError(
    micro.message,
    code,
    undefined,
    [
      {
        desc: ErrorDetailSchema,
        value: {
          code: micro.code,
          message: micro.message,
          next: micro.next ?? '',
          retryable: micro.retryable,
          details,
        },
      },
    ],
    error,
  );
}

/** Translates errors of every handler, also those thrown in the middle of a stream, and writes bugs to the server log. */
export function errorInterceptor(logger: Logger): Interceptor {
  return (next) => async (request) => {
    const translate = (error: unknown): ConnectError => translateError(logger, request.method, error);
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: translateStream(response.message, translate) };
    } catch (error) {
      throw translate(error);
    }
  };
}

/** What a handler threw, as it is said to the client; a bug is written to the server log. */
export function translateError(logger: Logger, method: DescMethod, error: unknown): ConnectError {
  if (isAbort(error)) return new ConnectError('the request was cancelled', Code.Canceled);
  if (!(error instanceof MicroError) && !(error instanceof ConnectError)) {
    logger.error(`${method.parent.typeName}/${method.name} failed`, {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  return toConnectError(error);
}

async function* translateStream<T>(stream: AsyncIterable<T>, translate: (error: unknown) => Error): AsyncIterable<T> {
  try {
    yield* stream;
  } catch (error) {
    throw translate(error);
  }
}

/** Codes of Node for an answer that nobody is there for any more: `micro logs | head` hangs up in the middle of it. */
const HUNG_UP: ReadonlySet<unknown> = new Set([
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNRESET',
  'EPIPE',
]);

/** The client gave up the call, or went away. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || HUNG_UP.has((error as NodeJS.ErrnoException).code);
}
