import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** Answers with one line of JSON. */
export function sendJson(response: ServerResponse | Http2ServerResponse, status: number, value: object): void {
  const body = `${JSON.stringify(value)}\n`;
  (response as ServerResponse).writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  (response as ServerResponse).end(body);
}
