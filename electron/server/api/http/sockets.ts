import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type MicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import { httpStatus } from './errorResponse.ts';

/** Where WebSockets are opened on the proxy port. */
export const SOCKETS_PATH = '/_ws/';

/** The subprotocol that both sides speak; a browser offers it beside the one that carries the token. */
const SUBPROTOCOL = 'micro.v1';

/** Largest message a client may send, bytes. A paste into a terminal is cut into smaller ones by the client. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Serves one path below {@link SOCKETS_PATH}; `rest` is what follows the path's own name. */
export type SocketHandler = (socket: WebSocket, rest: string, url: URL, caller: Caller) => void;

/** The WebSockets of the API: one path each for log views, terminals and events. */
export class Sockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  private readonly handlers = new Map<string, SocketHandler>();

  /** Mounts a handler at `/_ws/<name>` and everything below it. */
  mount(name: string, handler: SocketHandler): void {
    this.handlers.set(name, handler);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [name = '', ...rest] = url.pathname.slice(SOCKETS_PATH.length).split('/');
    const handler = this.handlers.get(name);
    if (!handler) {
      refuseUpgrade(socket, 404, 'there is no such socket');
      return;
    }
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      handler(webSocket, rest.join('/'), url, caller);
    });
  }

  /** How many are open. */
  get count(): number {
    return this.server.clients.size;
  }

  close(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }
}

/** Answers an upgrade request with a plain HTTP error and closes the connection. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${status === 403 ? 'Forbidden' : status === 401 ? 'Unauthorized' : 'Refused'}\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The same for an error of the catalogue. */
export function refuseUpgradeWith(socket: Duplex, error: MicroError): void {
  refuseUpgrade(socket, httpStatus(error), error.message);
}
