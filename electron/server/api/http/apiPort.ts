import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { type ConnectRouter, createContextValues } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Resource } from '../../auth/rules.ts';
import type { Logger } from '../../base/logger.ts';
import { refusalInterceptor } from '../rpc/refusalInterceptor.ts';
import { callerKey } from '../rpc/callerContext.ts';
import { errorInterceptor } from '../rpc/errorInterceptor.ts';
import type { Admission } from './admission.ts';
import { sendError, sendRpcError } from './errorResponse.ts';
import { answerDesktopPage } from './desktopPage.ts';
import { type Door, localDoor } from './door.ts';
import { checkContentType } from './guard.ts';
import {
  type PortCertificate,
  ProtocolPort,
  type RequestHandler,
  type UpgradeHandler,
} from '../../traffic/protocolPort.ts';
import { clientSocket } from '../../traffic/accessEntry.ts';
import type { HttpMount } from './httpMount.ts';
import { coreResource, socketPart, socketResource } from './resource.ts';
import { refuseUpgradeWith, SOCKETS_PATH, type Sockets } from './sockets.ts';
import { UI_PATH, type UiFiles } from './uiFiles.ts';

/** Largest message of a request, bytes; the contract's own requests are small, a store value is at most 64 MB. */
const MAX_MESSAGE_BYTES = 72 * 1024 * 1024;

/** Paths of our own package, which window and command line speak all day. */
const OWN_PACKAGE = '/desktop.';

/** What the proxy port serves beside the API. */
export interface ServiceTraffic {
  handleRequest: RequestHandler;
  handleUpgrade: UpgradeHandler;
}

/** Is told what is asked of the core services; `name` is the package. */
export interface CoreCallListener {
  handleCall(request: IncomingMessage, response: ServerResponse, name: string): void;
  handleSocket(request: IncomingMessage, name: string): void;
}

/** Collaborators of {@link ApiPort}. */
export interface ApiPortOptions {
  admission: Admission;
  logger: Logger;
  routes: (router: ConnectRouter) => void;
  /** Methods that are another thing over gRPC than over Connect. */
  grpcRoutes?: (router: ConnectRouter) => void;
  /** Paths of the contract's methods, `/package.Service/Method`; everything else is traffic between services. */
  rpcPaths: ReadonlySet<string>;
  sockets: Sockets;
  /** What the API serves over plain HTTP, each below a path of its own. */
  mounts?: readonly HttpMount[];
  /** Absent: the page is not served (no built renderer). */
  ui: UiFiles | undefined;
  /** Service to service calls. */
  traffic: ServiceTraffic;
  /** Is told calls of the core services, before they are read; not of our own package, which window and command line speak. */
  coreCalls?: CoreCallListener | undefined;
}

/**
 * The proxy port: the contract over Connect, gRPC and gRPC-Web, the page for browsers, WebSockets, and calls from
 * service to service. Every request passes the Host and Origin checks first; the API also needs the token.
 */
export class ApiPort {
  private readonly protocolPort: ProtocolPort;
  private readonly adapter: ReturnType<typeof connectNodeAdapter>;
  private readonly grpcAdapter: ReturnType<typeof connectNodeAdapter>;
  private readonly callers = new WeakMap<object, Caller>();
  private port = 0;
  private readonly publicPorts: ProtocolPort[] = [];
  private openCalls = 0;

  constructor(private readonly options: ApiPortOptions) {
    const common = {
      interceptors: [errorInterceptor(options.logger), refusalInterceptor(options.admission.authority)],
      readMaxBytes: MAX_MESSAGE_BYTES,
      contextValues: (request: object) => createContextValues().set(callerKey, this.callers.get(request) as Caller),
    };
    this.adapter = connectNodeAdapter({ ...common, routes: options.routes });
    this.grpcAdapter = connectNodeAdapter({
      ...common,
      routes: (router) => options.grpcRoutes?.(router),
      connect: false,
      grpcWeb: false,
      fallback: this.adapter,
    });
    const door = localDoor(() => this.port);
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

  async close(): Promise<void> {
    this.options.sockets.close();
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
      door.check(request);
      const mount = this.options.mounts?.find((one) => path.startsWith(one.path));
      if (this.options.rpcPaths.has(pathOf(path))) {
        if (!path.startsWith(OWN_PACKAGE)) this.tellCoreCall(request, response, coreResource(pathOf(path)).name);
        this.handleRpc(request, response, door);
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
      (caller) => {
        this.callers.set(request, caller);
        if (request.httpVersionMajor === 1 && request.headers.expect !== undefined) response.writeContinue();
        const adapter = isGrpc(request) ? this.grpcAdapter : this.adapter;
        adapter(request as IncomingMessage, response as ServerResponse);
      },
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

/** Whether it is gRPC itself, not gRPC-Web, which knows no requests of several messages. */
function isGrpc({ headers }: IncomingMessage | Http2ServerRequest): boolean {
  return /^application\/grpc(?:[+;]|$)/i.test(headers['content-type'] ?? '');
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] as string;
}

/** A target in absolute form: the program uses us as its proxy, so Host names a service. No page can send one to us. */
function isForProxy(target: string): boolean {
  return /^http:\/\//i.test(target);
}
