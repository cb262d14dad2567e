import { Code, ConnectError } from '@connectrpc/connect';
import { type ErrorCode, errorCatalogue, MicroError } from '../contract/errors.ts';
import { type ErrorDetail, ErrorDetailSchema } from '../contract/gen/errors_pb.ts';

/**
 * The MicroError that a failed call stands for: the one the server threw when the answer carries it, else the nearest code
 * for what the connection did. A cancelled call stays as it is, see {@link isCancelled}.
 */
export function fromCallError(error: unknown): Error {
  if (error instanceof MicroError) return error;
  const connectError = ConnectError.from(error);
  if (connectError.code === Code.Canceled) return connectError;
  const [detail] = connectError.findDetails(ErrorDetailSchema);
  if (detail) return fromDetail(detail, connectError);
  // A transport of ours may know better than its library what is wrong with a connection.
  const known = microCause(connectError);
  if (known) return known;
  const text = connectError.rawMessage || Code[connectError.code];
  switch (connectError.code) {
    case Code.Unauthenticated:
      return new MicroError('api.unauthenticated', 'the server does not accept the token', {
        next: 'the server may have been started again: connect anew',
        cause: error,
      });
    case Code.PermissionDenied:
      return new MicroError('api.forbidden-host', text, { cause: error });
    case Code.InvalidArgument:
      return new MicroError('api.invalid', text, { cause: error });
    case Code.Unimplemented:
      return new MicroError('api.unknown-method', 'the server does not know this call', {
        next: 'the running server may be of another version: see micro version',
        cause: error,
      });
    case Code.DeadlineExceeded:
      return new MicroError('server.unreachable', 'the server did not answer in time', {
        retryable: true,
        cause: error,
      });
    // Without a status of the server's own, these are what fetch and node:http make of a broken connection.
    case Code.Unavailable:
    case Code.Unknown:
    case Code.Aborted:
      return new MicroError('server.unreachable', `the server does not answer: ${rootMessage(error) || text}`, {
        next: 'see whether it runs with: micro doctor',
        retryable: true,
        cause: error,
      });
    default:
      return new MicroError('internal.bug', text, { cause: error });
  }
}

/** Whether the error only says that the caller itself cancelled the call. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof ConnectError) return error.code === Code.Canceled;
  return error instanceof Error && error.name === 'AbortError';
}

function fromDetail(detail: ErrorDetail, cause: unknown): MicroError {
  const known = detail.code in errorCatalogue;
  return new MicroError(known ? (detail.code as ErrorCode) : 'internal.bug', detail.message, {
    ...(detail.next ? { next: detail.next } : {}),
    retryable: detail.retryable,
    // A newer server may have codes that this client does not know.
    details: known ? detail.details : { ...detail.details, code: detail.code },
    cause,
  });
}

function microCause(error: unknown): MicroError | undefined {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; depth++) {
    if (e instanceof MicroError) return e;
    e = e.cause;
  }
  return undefined;
}

function rootMessage(error: unknown): string {
  let message = '';
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; depth++) {
    if (!(e instanceof ConnectError)) message = e.message || message;
    e = e.cause;
  }
  return message;
}
