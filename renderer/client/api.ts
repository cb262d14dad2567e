import { createMicroClient, type MicroClient } from '../../shared/client/microClient.ts';
import type { Connection } from '../../shared/contract/bridge.ts';
import { MicroError } from '../../shared/contract/errors.ts';

/** Name of the protocol that both ends of a WebSocket speak; the server picks it among those offered. */
const SOCKET_PROTOCOL = 'micro.v1';

let current: { connection: Connection; client: MicroClient } | undefined;

/** Sets (or with undefined takes away) the server that {@link api} and {@link openSocket} talk to. */
export function setConnection(connection: Connection | undefined): MicroClient | undefined {
  current = connection && { connection, client: createMicroClient(connection) };
  return current?.client;
}

/** The typed client of the server; throws `server.unreachable` while there is none. */
export function api(): MicroClient {
  if (!current) throw unreachable();
  return current.client;
}

/**
 * Opens a WebSocket of the server, e.g. `openSocket('/_ws/logs?service=orders')`. The token travels as a subprotocol,
 * because a page cannot set headers here; in a browser the cookie stands in for it.
 */
export function openSocket(path: string): WebSocket {
  if (!current) throw unreachable();
  const { url, token } = current.connection;
  const address = new URL(path, url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address, token ? [SOCKET_PROTOCOL, `bearer.${token}`] : [SOCKET_PROTOCOL]);
  socket.binaryType = 'arraybuffer';
  return socket;
}

function unreachable(): MicroError {
  return new MicroError('server.unreachable', 'there is no connection to the server at the moment', {
    next: 'it is tried again by itself',
    retryable: true,
  });
}
