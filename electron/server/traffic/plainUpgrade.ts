import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Whether a request for an upgrade is a plain request in truth. Java's HttpClient offers `Upgrade: h2c` with every first
 * request and is content with an answer in HTTP/1.1 (RFC 9110, section 7.8: a server may ignore the offer).
 */
export function isPlainUpgrade(request: IncomingMessage): boolean {
  return /^\s*h2c\s*$/i.test(request.headers.upgrade ?? '');
}

/**
 * Has the server read a request once more, without its offer to upgrade. Node hands every request with `Upgrade` to the
 * `upgrade` listener and leaves the connection to it, so the head is put back in front of what the socket still holds.
 */
export function replayAsPlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  let text = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (/^(upgrade|http2-settings|connection)$/i.test(name)) continue;
    text += `${name}: ${request.rawHeaders[i + 1]}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
  // The server took the socket paused; what was put back makes no event of its own.
  process.nextTick(() => socket.resume());
}
