import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Code, ConnectError } from '@connectrpc/connect';

/**
 * Collects the body of a request and tells it once, or why it cannot be had. By events, since an iterator over the stream
 * costs as much as all the rest of a small call. Who hangs up in the middle is told nothing any more.
 */
export function collectBody(
  request: IncomingMessage | Http2ServerRequest,
  maxBytes: number,
  tell: (error: unknown, body?: Uint8Array) => void,
): void {
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let bytes = 0;
  let done = false;
  const end = (error: unknown, body?: Uint8Array): void => {
    if (done) return;
    done = true;
    tell(error, body);
  };
  request.on('data', (chunk: Buffer) => {
    // Not kept, but read: an answer before the end of what is sent would reach no client.
    if (done) return;
    bytes += chunk.length;
    if (bytes > maxBytes)
      end(new ConnectError(`message size is larger than configured readMaxBytes ${maxBytes}`, Code.ResourceExhausted));
    else if (!first) first = chunk;
    else (chunks ??= [first]).push(chunk);
  });
  request.on('end', () => end(undefined, chunks ? Buffer.concat(chunks, bytes) : (first ?? new Uint8Array(0))));
  request.on('error', () => {
    done = true;
  });
}
