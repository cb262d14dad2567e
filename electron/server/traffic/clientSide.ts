import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** What differs between an answer in HTTP/1.1 and one in HTTP/2; everything else the two have in common. */
function asHttp2(response: ServerResponse): Http2ServerResponse | undefined {
  return response.req.httpVersionMajor >= 2 ? (response as unknown as Http2ServerResponse) : undefined;
}

/** Writes status and headers; `headers` is a flat list of names and values. Throws when one of them must not be sent. */
export function writeAnswerHead(
  response: ServerResponse,
  status: number,
  message: string | undefined,
  headers: string[],
): void {
  const http2 = asHttp2(response);
  if (!http2) {
    response.writeHead(status, message, headers);
    return;
  }
  const byName: Record<string, string[]> = {};
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    byName[name] = [...(byName[name] ?? []), headers[i + 1] as string];
  }
  http2.writeHead(
    status,
    Object.fromEntries(
      Object.entries(byName).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    ),
  );
}

/** Adds trailers, a flat list of names and values; they are sent with the end. */
export function addAnswerTrailers(response: ServerResponse, raw: readonly string[]): void {
  const http2 = asHttp2(response);
  const list: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i] as string, raw[i + 1] as string]);
  if (http2) http2.addTrailers(Object.fromEntries(list.map(([name, value]) => [name.toLowerCase(), value])));
  else response.addTrailers(list);
}

/** Whether the whole answer has left, asked when the answer is closed. */
export function isAnswered(response: ServerResponse): boolean {
  const http2 = asHttp2(response);
  return http2 ? http2.writableEnded && http2.stream.rstCode === 0 : response.writableFinished;
}

/**
 * To be called before an answer that comes while the client is still sending. A client that asked for the end of the
 * connection would otherwise find it closed under its hands: what it writes then is met by a reset, which may take the
 * answer with it before it is read. So the connection stays until the request has come to its end (RFC 9112, section 9.6).
 */
export function lingerFor(response: ServerResponse): void {
  const { req: request } = response;
  if (response.shouldKeepAlive || request.complete || request.httpVersion !== '1.1') return;
  response.shouldKeepAlive = true;
  // Not before the answer is complete: a service that answers while it reads (an echo) is still at it when the body ends.
  const end = (): void => {
    if (request.closed && response.writableFinished) request.socket.end();
  };
  request.once('close', end);
  response.once('finish', end);
}

/**
 * Bytes of a whole body that are sent as text, in one piece with the head: that saves a system call that gathers the two,
 * which costs more than the copy up to some such size.
 */
const MAX_TEXT_BYTES = 16 * 1024;

/** Ends an answer of known length with the last piece of its body, of which it makes a copy. */
export function endWith(response: ServerResponse, chunk: Buffer): void {
  if (chunk.length > MAX_TEXT_BYTES || asHttp2(response)) {
    response.end(Buffer.from(chunk));
    return;
  }
  // Written before the end is said: the two would be gathered as well.
  response.write(chunk.toString('latin1'), 'latin1');
  response.socket?.uncork();
  response.end();
}

/** Headers of a 103 as Node takes them, from a flat list. */
export function hintsOf(flat: readonly string[]): Record<string, string | string[]> {
  const hints: Record<string, string[]> = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = (flat[i] as string).toLowerCase();
    hints[name] = [...(hints[name] ?? []), flat[i + 1] as string];
  }
  return hints;
}
