import type { AskDestruction } from '../../shared/client/destruction.ts';
import { createMicroClient, type MicroClient } from '../../shared/client/microClient.ts';
import type { Connection } from '../../shared/contract/bridge.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import { chosenEnvironment, isLocal, urlOf } from './environment.ts';
import { fetchAndWatch } from './firstState.ts';
import { socketAddress, socketProtocols } from './watchSocket.ts';

let current: { connection: Connection; client: MicroClient } | undefined;
let ask: AskDestruction | undefined;

/** Sets who is asked before something off `local` is ended or deleted. */
export function setAsk(asked: AskDestruction): void {
  ask = asked;
}

/** Sets (or with undefined takes away) the server of this machine, through which {@link api} and {@link openSocket} talk. */
export function setConnection(connection: Connection | undefined): MicroClient | undefined {
  current = connection && { connection, client: clientOf(connection, chosenEnvironment.name) };
  return current?.client;
}

/** The typed client of the server that the page works on; throws `server.unreachable` while there is none. */
export function api(): MicroClient {
  if (!current) throw unreachable();
  return current.client;
}

/** A client of any environment, e.g. of `local` while the page works elsewhere. Throws as {@link api}. */
export function apiOf(environment: string): MicroClient {
  if (!current) throw unreachable();
  return clientOf(current.connection, environment);
}

function clientOf({ url, token }: Connection, environment: string): MicroClient {
  const asking = environment === chosenEnvironment.name && !isLocal ? ask : undefined;
  return createMicroClient({ url: urlOf(environment, url), token, ask: asking, fetch: fetchAndWatch });
}

/** Opens a WebSocket of the server, e.g. `openSocket('/_ws/logs?service=orders')`. */
export function openSocket(path: string): WebSocket {
  if (!current) throw unreachable();
  const { url, token } = current.connection;
  const socket = new WebSocket(socketAddress(urlOf(chosenEnvironment.name, url), path), socketProtocols(token));
  socket.binaryType = 'arraybuffer';
  return socket;
}

function unreachable(): MicroError {
  return new MicroError('server.unreachable', 'there is no connection to the server at the moment', {
    next: 'it is tried again by itself',
    retryable: true,
  });
}
