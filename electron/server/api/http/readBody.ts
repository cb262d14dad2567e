import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { MicroError } from '../../../../shared/contract/errors.ts';

/** The whole body of a request. Rejects with `events.too-large` as soon as it has more than `maxBytes`. */
export async function readBody(request: IncomingMessage | Http2ServerRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new MicroError('events.too-large', `the body has more than ${maxBytes} bytes`, {
        next: 'Keep it in the store and publish its key.',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
