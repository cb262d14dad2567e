import type { DescMethod } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import type { Authority } from '../../auth/authority.ts';
import type { Caller } from '../../auth/caller.ts';
import { callerKey } from './callerContext.ts';

/** Writes down what handlers refuse, also in the middle of a stream: another's table, a secret, another namespace. */
export function refusalInterceptor(authority: Pick<Authority, 'noteRefusal'>): Interceptor {
  return (next) => async (request) => {
    const note = (error: unknown): void =>
      noteRefusal(authority, request.method, error, request.contextValues.get(callerKey));
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

/** Writes down what the handler of a method refused to a caller; other errors are none of its business. */
export function noteRefusal(
  authority: Pick<Authority, 'noteRefusal'>,
  method: DescMethod,
  error: unknown,
  caller: Caller,
): void {
  const { typeName } = method.parent;
  const dot = typeName.lastIndexOf('.');
  const endpoint = `${typeName.slice(dot + 1)}.${method.name}`;
  // Logins are written down where they are checked.
  if (endpoint === 'Auth.Token') return;
  authority.noteRefusal(error, caller, { type: 'core', name: typeName.slice(0, dot), endpoint });
}

async function* watchStream<T>(stream: AsyncIterable<T>, note: (error: unknown) => void): AsyncIterable<T> {
  try {
    yield* stream;
  } catch (error) {
    note(error);
    throw error;
  }
}
