import type { Transport } from '@connectrpc/connect';
import { fromCallError } from './clientError.ts';

/**
 * A transport whose failures are MicroErrors, in the middle of a stream too. Done here and not in an interceptor, because
 * Connect wraps what an interceptor throws into an error of its own.
 */
export function translateErrors(transport: Transport): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      try {
        return await transport.unary(method, signal, timeoutMs, header, input, contextValues);
      } catch (error) {
        throw fromCallError(error);
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      try {
        const response = await transport.stream(method, signal, timeoutMs, header, input, contextValues);
        return { ...response, message: translateStream(response.message) };
      } catch (error) {
        throw fromCallError(error);
      }
    },
  };
}

async function* translateStream<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw fromCallError(error);
  }
}
