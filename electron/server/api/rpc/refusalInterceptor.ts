import type { Interceptor } from '@connectrpc/connect';
import type { Authority } from '../../auth/authority.ts';
import { callerKey } from './callerContext.ts';

/** Writes down what handlers refuse, also in the middle of a stream: another's table, a secret, another namespace. */
export function refusalInterceptor(authority: Pick<Authority, 'noteRefusal'>): Interceptor {
  return (next) => async (request) => {
    const { typeName } = request.service;
    const dot = typeName.lastIndexOf('.');
    const endpoint = `${typeName.slice(dot + 1)}.${request.method.name}`;
    const resource = { type: 'core', name: typeName.slice(0, dot), endpoint };
    // Logins are written down where they are checked.
    const note = (error: unknown): void => {
      if (resource.endpoint !== 'Auth.Token')
        authority.noteRefusal(error, request.contextValues.get(callerKey), resource);
    };
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: watchStream(response.message, note) };
    } catch (error) {
      note(error);
      throw error;
    }
  };
}

async function* watchStream<T>(stream: AsyncIterable<T>, note: (error: unknown) => void): AsyncIterable<T> {
  try {
    yield* stream;
  } catch (error) {
    note(error);
    throw error;
  }
}
