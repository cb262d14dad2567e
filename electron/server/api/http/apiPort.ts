import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import type { ApiPortOptions } from './apiPortOptions.ts';
import { sendError, sendRpcError } from './errorResponse.ts';
import { answerDesktopPage } from './desktopPage.ts';
import { type Door, localDoor } from './door.ts';
import { answerHealth, isHealthCheck } from './health.ts';
import { checkContentType } from './guard.ts';
import { type PortCertificate, ProtocolPort } from '../../traffic/protocolPort.ts';
import { admitAt, RELAY_RESOURCE } from './admitAt.ts';
import { ApiUpgrades } from './apiUpgrades.ts';
import { RELAY_PATH } from './environmentRelay.ts';
import { coreResource } from './resource.ts';
import { isForProxy, pathOf } from './requestTarget.ts';
import { RpcAdapters } from './rpcAdapters.ts';
import { UI_PATH } from './uiFiles.ts';
import { serveWatchSocket } from './watchSocket.ts';

/** Paths of our own package, which window and command line speak all day. */
const OWN_PACKAGE = '/desktop.';

/**
 * The proxy port: the contract over Connect, gRPC and gRPC-Web, the page for browsers, WebSockets, and calls from
 * service to service. Every request passes the Host and Origin checks first; the API also needs the token.
 */
export class ApiPort {
  private readonly protocolPort: ProtocolPort;
  private readonly rpc: RpcAdapters;
  private readonly upgrades: ApiUpgrades;
  private port = 0;
  private readonly publicPorts: ProtocolPort[] = [];
  private openCalls = 0;
  private countedCalls = 0;

  constructor(private readonly options: ApiPortOptions) {
    this.rpc = new RpcAdapters(options);
    this.upgrades = new ApiUpgrades(options);
    options.sockets.mount(
      'watch',
      (socket, rest, url, caller) => void serveWatchSocket(this.rpc, socket, rest, url, caller),
    );
    const door = localDoor(() => this.port, options.advertised);
    this.protocolPort = this.portBehind(door);
  }

  async listen(host: string, port: number): Promise<number> {
    this.port = await this.protocolPort.listen(host, port);
    return this.port;
  }

  /** Also listens where other machines reach it, and resolves with the port. Rejects with the system's error. */
  async listenPublic(door: Door, host: string, port: number, certificate?: PortCertificate): Promise<ProtocolPort> {
    const made = this.portBehind(door, certificate);
    this.publicPorts.push(made);
    await made.listen(host, port);
    return made;
  }

  private portBehind(door: Door, certificate?: PortCertificate): ProtocolPort {
    return new ProtocolPort(
      (request, response) => this.handleRequest(request, response, door),
      (request, socket, head) => this.upgrades.handle(request, socket, head, door),
      certificate,
    );
  }

  /** Calls of the API that are under way (a window holds one open) and WebSockets. */
  get clients(): number {
    return this.openCalls + this.options.sockets.count;
  }

  /** Calls of the API so far: it grows also by those that are over before anybody looks. */
  get calls(): number {
    return this.countedCalls;
  }

  async close(): Promise<void> {
    this.options.sockets.close();
    this.options.relay?.close();
    await Promise.all([this.protocolPort, ...this.publicPorts].map((port) => port.close()));
  }

  private handleRequest(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    door: Door,
  ): void {
    try {
      const path = request.url ?? '/';
      if (door.isLocal && isForProxy(path)) {
        this.options.traffic.handleRequest(request, response);
        return;
      }
      if (isHealthCheck(request.method, path)) {
        answerHealth(path, response, this.options.isReady?.() ?? true);
        return;
      }
      door.check(request);
      const mount = this.options.mounts?.find((one) => path.startsWith(one.path));
      if (this.options.rpcPaths.has(pathOf(path))) {
        if (!path.startsWith(OWN_PACKAGE)) this.tellCoreCall(request, response, coreResource(pathOf(path)).name);
        this.handleRpc(request, response, door);
      } else if (door.isLocal && this.options.relay && path.startsWith(RELAY_PATH)) {
        const { relay } = this.options;
        if (answerDesktopPage(request, response as ServerResponse)) return;
        this.count(response);
        this.admit(request, response, door, RELAY_RESOURCE, (caller) =>
          relay.handle(request as IncomingMessage, response as ServerResponse, caller),
        );
      } else if (mount) {
        this.tellCoreCall(request, response, mount.name);
        this.count(response);
        this.admit(request, response, door, { type: 'core', name: mount.name, endpoint: pathOf(path) }, (caller) =>
          mount.handle(request, response, caller),
        );
      } else if (!door.isLocal) {
        this.admit(request, response, door, undefined, () => this.options.traffic.handleRequest(request, response));
      } else if (path === '/' && this.options.ui) {
        (response as ServerResponse).writeHead(302, { location: UI_PATH });
        (response as ServerResponse).end();
      } else if ((path.startsWith(UI_PATH) || path.startsWith(`${UI_PATH.slice(0, -1)}?`)) && this.options.ui) {
        this.options.ui.handle(request as IncomingMessage, response as ServerResponse).catch((error: unknown) => {
          this.options.logger.error('serving the page failed', { error: String(error) });
          response.destroy();
        });
      } else {
        this.options.traffic.handleRequest(request, response);
      }
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private tellCoreCall(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    name: string,
  ): void {
    this.options.coreCalls?.handleCall(request as IncomingMessage, response as ServerResponse, name);
  }

  private refuse(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    error: unknown,
  ): void {
    if (!(error instanceof MicroError))
      this.options.logger.error('handling a request failed', { error: String(error) });
    const isRpc = this.options.rpcPaths.has(pathOf(request.url ?? ''));
    (isRpc ? sendRpcError : sendError)(response, toMicroError(error));
    // The rest of an unwanted body is not read; the connection goes with it.
    request.resume();
  }

  private handleRpc(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    door: Door,
  ): void {
    if (answerDesktopPage(request, response as ServerResponse)) return;
    checkContentType(request);
    this.count(response);
    this.admit(request, response, door, coreResource(pathOf(request.url ?? '')), (caller) =>
      this.rpc.handle(request, response, caller),
    );
  }

  private admit(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    door: Door,
    resource: Resource | undefined,
    goOn: (caller: Caller) => void,
  ): void {
    admitAt(this.options.admission, { request, door, resource }, goOn, (error) =>
      this.refuse(request, response, error),
    );
  }

  private count(response: ServerResponse | Http2ServerResponse): void {
    this.openCalls++;
    this.countedCalls++;
    response.once('close', () => this.openCalls--);
  }
}
