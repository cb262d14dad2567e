import { Code, ConnectError, type StreamRequest, type UnaryRequest } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { errorInterceptor } from '../../../electron/server/api/rpc/errorInterceptor.ts';
import { createLogger, type LogEntry } from '../../../electron/server/base/logger.ts';

/** Lets a stream fail in the middle; returns what its reader gets and what the server's log says. */
async function failInStream(failure: Error): Promise<{ error: unknown; entries: LogEntry[] }> {
  const entries: LogEntry[] = [];
  async function* messages() {
    yield 1;
    throw failure;
  }
  const request = { method: { name: 'ReadLogs', parent: { typeName: 'desktop.Desktop' } } };
  const answer = { stream: true, message: messages() };
  const call = errorInterceptor(createLogger((entry) => entries.push(entry)))(async () => answer as never);
  const { message } = await call(request as unknown as UnaryRequest | StreamRequest);
  let error: unknown;
  try {
    for await (const _ of message as AsyncIterable<unknown>);
  } catch (thrown) {
    error = thrown;
  }
  return { error, entries };
}

describe('errorInterceptor', () => {
  it('a reader that hangs up in the middle, as `micro logs | head` does, is no fault of the server', async () => {
    const gone = Object.assign(new Error('Cannot call write after a stream was destroyed'), {
      code: 'ERR_STREAM_DESTROYED',
    });
    const { error, entries } = await failInStream(gone);
    expect(entries).toEqual([]);
    expect((error as ConnectError).code).toBe(Code.Canceled);
  });

  it('a bug is said in the log of the server, with the method', async () => {
    const { error, entries } = await failInStream(new TypeError('x is undefined'));
    expect(entries.map(({ message }) => message)).toEqual(['desktop.Desktop/ReadLogs failed']);
    expect(error).toBeInstanceOf(ConnectError);
  });
});
