import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { type CallContext, contextOf, inCall } from './callContext.ts';
import { type Answering, toServiceError } from './plainCalls.ts';
import { toConnectError } from './serviceError.ts';

/** Gives each call over gRPC and Connect its context, and its errors micro's shape, in the middle of a stream too. */
export function rpcInterceptor({ service, logger }: Answering): Interceptor {
  const translate = (thrown: unknown, endpoint: string): ConnectError =>
    thrown instanceof ConnectError ? thrown : toConnectError(toServiceError(thrown, endpoint, logger), service);
  return (next) => async (request) => {
    const endpoint = `${request.service.name}.${request.method.name}`;
    const context = contextOf(request.header, request.signal, timeoutOf(request.header));
    return inCall(context, async () => {
      try {
        const response = await next(request);
        if (!response.stream) return response;
        const message = within(context, response.message, (thrown) => translate(thrown, endpoint));
        return { ...response, message };
      } catch (thrown) {
        throw translate(thrown, endpoint);
      }
    });
  };
}

/** The messages of a handler, each of which is made as part of its call. */
async function* within<T>(
  context: CallContext,
  messages: AsyncIterable<T>,
  translate: (thrown: unknown) => Error,
): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await inCall(context, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } catch (thrown) {
    throw translate(thrown);
  } finally {
    await iterator.return?.();
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };

/** ms that a caller waits: Connect's `connect-timeout-ms`, gRPC's `grpc-timeout` (`250m`); undefined: not said. */
function timeoutOf(headers: Headers): number | undefined {
  const grpc = /^(\d{1,8})([HMSmun])$/.exec(headers.get('grpc-timeout') ?? '');
  if (grpc) return Number(grpc[1]) * (UNIT_MS[grpc[2] as string] as number);
  const connect = headers.get('connect-timeout-ms');
  return connect !== null && /^\d{1,10}$/.test(connect) ? Number(connect) : undefined;
}
