import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Under which a connection keeps its newest answer; those before it are sent before it. */
const NEWEST = Symbol('newest answer');

interface Answering {
  [NEWEST]?: ServerResponse;
}

/** Notes an answer that is about to be made; for {@link handleClientError} and {@link afterAnswers}. */
export function noteResponse(response: ServerResponse): void {
  (response.req.socket as Answering)[NEWEST] = response;
}

/**
 * Runs once the answers to what a client sent before have left; never when the connection ends with them. Node leaves a
 * connection to whom a request for an upgrade is handed at once, and answers that are still to come would be mixed up.
 */
export function afterAnswers(socket: Duplex, run: () => void): void {
  const before = (socket as Answering)[NEWEST];
  if (!before || before.writableFinished || before.destroyed) run();
  else
    before.once('close', () => {
      if (!socket.destroyed && !socket.writableEnded) run();
    });
}

/**
 * What a client sent cannot be read: it is told so, after the answers to what it had sent before, and the connection ends.
 * Node would put the refusal in their place, and takes anything behind a request that asked for the end of the connection
 * for such a fault.
 */
export function handleClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const before = (socket as Answering)[NEWEST];
  const refuse = (): void => {
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'HPE_CLOSED_CONNECTION') socket.destroy();
    else socket.end(refusalOf(error.code), () => socket.destroy());
  };
  const end = (): void => void socket.destroy();
  if (!before) refuse();
  else if (before.req.complete) {
    if (before.writableFinished) refuse();
    else before.once('close', refuse);
  }
  // It is the rest of the newest request that cannot be read. One answer is enough for it.
  else if (!before.headersSent) refuse();
  else if (before.writableFinished) end();
  else before.once('close', end);
}

function refusalOf(code: string | undefined): string {
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  return `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
