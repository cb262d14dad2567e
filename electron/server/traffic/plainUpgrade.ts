import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Whether a request for an upgrade is a plain request in truth; a server may ignore the offer (RFC 9110, section 7.8). Java's
 * HttpClient offers `Upgrade: h2c` with every first request and is content with an answer in HTTP/1.1. One with a body, such as
 * `POST` with `Upgrade: TLS/1.0`, can change the protocol only behind its body, which is to reach the service as any other does. And
 * HTTP/1.0 knows no upgrades.
 */
export function isPlainUpgrade({ headers, httpVersion }: IncomingMessage): boolean {
  if (httpVersion !== '1.1' || /^\s*h2c\s*$/i.test(headers.upgrade ?? '')) return true;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What of a `Connection` header is about something else than the upgrade. */
function withoutUpgrade(value: string): string {
  const rest = value.split(',').filter((option) => !/^\s*(upgrade|http2-settings)?\s*$/i.test(option));
  return rest.map((option) => option.trim()).join(', ');
}

/**
 * Has the server read a request once more, without its offer to upgrade. Node hands every request with `Upgrade` to the
 * `upgrade` listener and leaves the connection to it, so the head is put back in front of what the socket still holds.
 */
export function replayAsPlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  let text = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (/^(upgrade|http2-settings)$/i.test(name)) continue;
    const value = request.rawHeaders[i + 1] as string;
    if (!/^connection$/i.test(name)) text += `${name}: ${value}\r\n`;
    else if (withoutUpgrade(value) !== '') text += `${name}: ${withoutUpgrade(value)}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
  // The server took the socket paused; what was put back makes no event of its own.
  process.nextTick(() => socket.resume());
}
