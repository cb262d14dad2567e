import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
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
import { clientSocket } from '../../traffic/accessEntry.ts';
import { RELAY_PATH } from './environmentRelay.ts';
import { coreResource, socketPart, socketResource } from './resource.ts';
import { isForProxy, pathOf } from './requestTarget.ts';
import { RpcAdapters } from './rpcAdapters.ts';
import { refuseUpgradeWith, SOCKETS_PATH } from './sockets.ts';
import { UI_PATH } from './uiFiles.ts';

/** What is asked for by asking another server through this one. */
const RELAY: Resource = { type: 'core', name: 'desktop', endpoint: 'Environments.Relay' };

/** Paths of our own package, which window and command line speak all day. */
const OWN_PACKAGE = '/desktop.';

/**
 * The proxy port: the contract over Connect, gRPC and gRPC-Web, the page for browsers, WebSockets, and calls from
 * service to service. Every request passes the Host and Origin checks first; the API also needs the token.
 */
export class ApiPort {
  private readonly protocolPort: ProtocolPort;
  private readonly rpc: RpcAdapters;
  private port = 0;
  private readonly publicPorts: ProtocolPort[] = [];
  private openCalls = 0;
  private countedCalls = 0;

  constructor(private readonly options: ApiPortOptions) {
    this.rpc = new RpcAdapters(options);
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
      (request, socket, head) => this.handleUpgrade(request, socket, head, door),
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
        this.admit(
          request,
          door,
          RELAY,
          (caller) => relay.handle(request as IncomingMessage, response as ServerResponse, caller),
          (error) => this.refuse(request, response, error),
        );
      } else if (mount) {
        this.tellCoreCall(request, response, mount.name);
        this.count(response);
        this.admit(
          request,
          door,
          { type: 'core', name: mount.name, endpoint: pathOf(path) },
          (caller) => mount.handle(request, response, caller),
          (error) => this.refuse(request, response, error),
        );
      } else if (!door.isLocal) {
        this.admit(
          request,
          door,
          undefined,
          () => this.options.traffic.handleRequest(request, response),
          (error) => this.refuse(request, response, error),
        );
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
    this.admit(
      request,
      door,
      coreResource(pathOf(request.url ?? '')),
      (caller) => this.rpc.handle(request, response, caller),
      (error) => this.refuse(request, response, error),
    );
  }

  /**
   * Goes on with who sends the request, if it may use the resource: at once where that is known. Without a resource it only
   * has to be somebody; what he may do is looked at further on.
   */
  private admit(
    request: IncomingMessage | Http2ServerRequest,
    door: Door,
    resource: Resource | undefined,
    goOn: (caller: Caller) => void,
    refuse: (error: unknown) => void,
  ): void {
    const { admission } = this.options;
    const found =
      door.isLocal && resource
        ? admission.admit(request.headers, door.port(), resource)
        : admission.admitRemote(
            request.headers,
            clientSocket(request as IncomingMessage).remoteAddress ?? '',
            resource,
          );
    if (!(found instanceof Promise)) {
      goOn(found);
      return;
    }
    found.then(goOn).catch(refuse);
  }

  private count(response: ServerResponse | Http2ServerResponse): void {
    this.openCalls++;
    this.countedCalls++;
    response.once('close', () => this.openCalls--);
  }

  private handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, door: Door): void {
    socket.on('error', () => socket.destroy());
    try {
      if (door.isLocal && isForProxy(request.url ?? '')) {
        this.options.traffic.handleUpgrade(request, socket, head);
        return;
      }
      door.check(request);
      if ((request.url ?? '').startsWith(SOCKETS_PATH)) {
        this.admit(
          request,
          door,
          socketResource(pathOf(request.url ?? '')),
          (caller) => {
            const part = socketPart(request.url ?? '');
            if (part !== undefined) this.options.coreCalls?.handleSocket(request, part);
            this.options.sockets.handleUpgrade(request, socket, head, caller);
          },
          (error) => refuseUpgradeWith(socket, toMicroError(error)),
        );
      } else if (door.isLocal && this.options.relay && (request.url ?? '').startsWith(RELAY_PATH)) {
        const { relay } = this.options;
        this.admit(
          request,
          door,
          RELAY,
          (caller) => relay.handleUpgrade(request, socket, head, caller),
          (error) => refuseUpgradeWith(socket, toMicroError(error)),
        );
      } else if (door.isLocal) {
        this.options.traffic.handleUpgrade(request, socket, head);
      } else {
        this.admit(
          request,
          door,
          undefined,
          () => this.options.traffic.handleUpgrade(request, socket, head),
          (error) => refuseUpgradeWith(socket, toMicroError(error)),
        );
      }
    } catch (error) {
      refuseUpgradeWith(socket, toMicroError(error));
    }
  }
}
