import { type ClientRequest, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import { type Caller, LOCAL_USER } from '../../auth/caller.ts';
import type { ClusterServers } from '../../environments/clusterServers.ts';
import { type Destination, openClusterDestination, openDestination } from '../../environments/destination.ts';
import type { Environment } from '../../environments/environment.ts';
import { EnvironmentsFile } from '../../environments/environmentsFile.ts';
import { connectionError } from '../../environments/trust.ts';
import { sendRpcError } from './errorResponse.ts';
import { refuseUpgradeWith } from './sockets.ts';

/** Below it the API of each environment is reached: `/_env/<name>/package.Service/Method`. */
export const RELAY_PATH = '/_env/';

/** Headers that speak of the page and of this connection; none of it is the other server's business. */
const DROPPED = new Set([
  ...['host', 'authorization', 'cookie', 'origin', 'referer', 'connection', 'keep-alive', 'upgrade', 'te', 'expect'],
  ...['proxy-authorization', 'proxy-connection', 'transfer-encoding', 'sec-websocket-protocol'],
]);
/** Headers of an answer that this server says itself. */
const DROPPED_ANSWER = /^(?:connection|keep-alive|transfer-encoding|upgrade|set-cookie|vary|access-control-.*)$/;

/**
 * Passes requests of the window on to the server of an environment, with whoever is logged in there. So the page speaks with the
 * server of its own machine alone, and neither it nor any page ever holds a token of another server.
 */
export class EnvironmentRelay {
  private readonly file: EnvironmentsFile;
  private readonly open = new Map<string, { key: string; destination: Destination }>();

  constructor(
    private readonly home: string,
    private readonly clusters: Pick<ClusterServers, 'reach'>,
  ) {
    this.file = new EnvironmentsFile(home);
  }

  /** Answers a request below {@link RELAY_PATH}; must not throw. */
  handle(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    this.forward(request, response, caller).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendRpcError(response, toMicroError(error));
      request.resume();
    });
  }

  /** Joins a WebSocket with one of the other server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    this.join(request, socket, head, caller).catch((error: unknown) => refuseUpgradeWith(socket, toMicroError(error)));
  }

  /** Ends all connections. */
  close(): void {
    for (const { destination } of this.open.values()) destination.close();
    this.open.clear();
  }

  private async forward(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const { destination, path } = await this.destinationOf(request, caller);
    const sending = await this.send(request, destination, path, {});
    response.on('close', () => sending.destroy());
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve);
      sending.once('error', reject);
      request.on('error', () => sending.destroy());
      request.pipe(sending);
    }).catch((error: Error) => {
      throw error instanceof MicroError ? error : connectionError(destination.url, error);
    });
    const headers = Object.entries(answer.headers).filter(([name]) => !DROPPED_ANSWER.test(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
    // A stream that has said nothing yet must show that it stands.
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  }

  private async join(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): Promise<void> {
    const { destination, path } = await this.destinationOf(request, caller);
    const sending = await this.send(request, destination, path, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-protocol': `micro.v1, bearer.${await destination.token()}`,
    });
    sending.on('upgrade', (answer: IncomingMessage, other: Duplex, first: Buffer) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) other.write(head);
      for (const [from, to] of [
        [socket, other],
        [other, socket],
      ] as const) {
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    sending.on('response', (answer: IncomingMessage) => {
      answer.resume();
      const text = `${destination.name} refused the connection (${answer.statusCode ?? 0})`;
      refuseUpgradeWith(socket, new MicroError('server.unreachable', text));
    });
    sending.on('error', (error: Error) => refuseUpgradeWith(socket, toMicroError(error)));
    socket.on('close', () => sending.destroy());
    sending.end();
  }

  private async send(
    request: IncomingMessage,
    destination: Destination,
    path: string,
    added: Record<string, string>,
  ): Promise<ClientRequest> {
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined && !name.startsWith(':') && !DROPPED.has(name)) headers[name] = value;
    const url = new URL(path, destination.url);
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const authorization = `Bearer ${await destination.token()}`;
    const sending = open(url, {
      agent: destination.agent,
      method: request.method ?? 'POST',
      headers: { ...headers, authorization, ...added },
    });
    sending.on('error', () => {});
    return sending;
  }

  private async destinationOf(
    request: IncomingMessage,
    caller: Caller,
  ): Promise<{ destination: Destination; path: string }> {
    if (caller !== LOCAL_USER)
      throw new MicroError('auth.forbidden', 'environments are for the user of this machine alone');
    const [, name = '', path = '/'] = /^([^/?]*)(\/.*)?$/.exec((request.url ?? '').slice(RELAY_PATH.length)) ?? [];
    const environment = await this.file.find(name);
    if (!environment) throw new MicroError('environment.not-found', `"${name}" is no other server`);
    const { key, open } = await this.wayTo(environment);
    const known = this.open.get(name);
    if (known?.key === key) return { destination: known.destination, path };
    known?.destination.close();
    const destination = open();
    this.open.set(name, { key, destination });
    return { destination, path };
  }

  private async wayTo(environment: Environment): Promise<{ key: string; open: () => Destination }> {
    if (environment.kind === 'server')
      return { key: JSON.stringify(environment), open: () => openDestination(this.home, environment) };
    // The server of a cluster comes and goes; each has a token of its own.
    const server = await this.clusters.reach(environment);
    const key = JSON.stringify([environment, server.token]);
    return { key, open: () => openClusterDestination(this.home, environment, server) };
  }
}
