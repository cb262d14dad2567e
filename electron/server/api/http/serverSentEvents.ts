import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { type Pulled, pulledFrom } from '../rpc/consumerStream.ts';

/** One event of a stream; `id` is what a browser says when it comes again. */
export interface SentEvent {
  id?: string;
  data: object;
}

/** Aborts when the reader of an answer is gone. To be asked for before anything is awaited, or it may be missed. */
export function readerSignal(response: ServerResponse | Http2ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  // A reader that breaks off is no error; `close` tells of it.
  response.on('error', () => controller.abort());
  return controller.signal;
}

/**
 * Answers with server-sent events, one for each thing that the source gives, as fast as the reader takes them. Begins with
 * a comment, so that the reader knows that it is subscribed. Closes the source when the reader goes away.
 */
export async function sendEvents<T>(
  response: ServerResponse | Http2ServerResponse,
  signal: AbortSignal,
  source: Pulled<T>,
  toEvent: (one: T) => SentEvent,
): Promise<void> {
  const stream = response as ServerResponse;
  const write = async (text: string): Promise<void> => {
    if (signal.aborted || stream.write(text)) return;
    await once(stream, 'drain', { signal }).catch(() => undefined);
  };
  if (!signal.aborted) {
    stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    await write(': subscribed\n\n');
  }
  for await (const next of pulledFrom(source, signal)) {
    const { id, data } = toEvent(next);
    await write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }
  if (!signal.aborted) stream.end();
}
