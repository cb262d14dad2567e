import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import { writeAnswerHead } from '../traffic/clientSide.ts';
import { localOrigin, preflightHeaders } from '../traffic/cors.ts';
import { clientSocket, tellOwnAnswer, tellOwnRefusal } from '../traffic/accessEntry.ts';
import { answerError, refuseUpgrade, trafficStatus } from '../traffic/errorAnswer.ts';
import { Forwarder } from '../traffic/forwarder.ts';
import type { Caller, TrafficOptions } from '../traffic/trafficOptions.ts';
import { hostOf } from '../traffic/headers.ts';
import { isGrpc } from '../traffic/grpcRequest.ts';
import { type PortCertificate, ProtocolPort } from '../traffic/protocolPort.ts';
import {
  absoluteTarget,
  checkLoopbackHost,
  type Route,
  routeByHost,
  routeByPath,
  routeByRpcPath,
} from '../traffic/route.ts';
import { withOwnerOf } from '../traffic/strayRequest.ts';
import { type RpcRoute, RpcRoutes } from '../traffic/rpcRoutes.ts';

/** Collaborators of {@link Gateway}. */
export interface GatewayOptions extends TrafficOptions {
  version: string;
}

/**
 * HTTP from outside, in HTTP/1.1 or HTTP/2 (h2c): `/<service>/path` or `<service>.localhost` goes to a ready instance, the
 * prefix removed; gRPC also by `/<service>.<Handler>/<Method>`. Requests to services that registered
 * endpoints are calls of these, by micro's rules.
 */
export class Gateway {
  private readonly forwarder: Forwarder;
  private readonly port: ProtocolPort;
  private readonly publicPorts: ProtocolPort[] = [];
  private readonly rpcRoutes: RpcRoutes;

  constructor(private readonly options: GatewayOptions) {
    this.forwarder = new Forwarder(options, 'gateway');
    this.rpcRoutes = new RpcRoutes(options.registry);
    this.port = this.portBehind(checkLoopback);
  }

  /** Listens and resolves with the port; rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return this.port.listen(host, port);
  }

  /** Also listens where other machines reach it. Rejects with the system's error. */
  async listenPublic(
    door: GatewayDoor,
    host: string,
    port: number,
    certificate?: PortCertificate,
  ): Promise<ProtocolPort> {
    const made = this.portBehind((request) => door.check(request), certificate);
    this.publicPorts.push(made);
    await made.listen(host, port);
    return made;
  }

  private portBehind(check: GatewayDoor['check'], certificate?: PortCertificate): ProtocolPort {
    return new ProtocolPort(
      (request, response) => this.handleRequest(request as IncomingMessage, response as ServerResponse, check),
      (request, socket, head) => this.handleUpgrade(request, socket, head, check),
      certificate,
    );
  }

  /** Ends every connection and resolves when the port is free. */
  async close(): Promise<void> {
    const closed = Promise.all([this.port, ...this.publicPorts].map((port) => port.close()));
    this.forwarder.close();
    this.rpcRoutes.dispose();
    await closed;
  }

  private handleRequest(request: IncomingMessage, response: ServerResponse, check: GatewayDoor['check']): void {
    const corsOrigin = localOrigin(request.headers.origin);
    try {
      const { host, target } = addressOf(request);
      check(request);
      if (corsOrigin !== undefined && isPreflight(request)) {
        request.resume();
        this.tellOwn(request, response);
        const wanted = request.headers['access-control-request-headers'];
        writeAnswerHead(response, 204, undefined, preflightHeaders(corsOrigin, wanted));
        response.end();
        return;
      }
      if (target === '/' && !routeByHost(host, target)) {
        this.tellOwn(request, response);
        response.setHeader('content-type', 'application/json');
        response.end(`${JSON.stringify({ version: this.options.version })}\n`);
        return;
      }
      const caller = this.callerOf(request, corsOrigin);
      const rpc = isGrpc(request) ? undefined : this.rpcOf(request, host, target);
      if (rpc)
        this.forwarder.forward(request, response, { service: rpc.service, prefix: '', path: target }, caller, rpc);
      else this.forwarder.forward(request, response, routeOf(host, target), caller);
    } catch (error) {
      request.resume();
      this.tellOwn(request, response);
      const told = withOwnerOf(toMicroError(error), request, (name) => this.forwarder.isKnown(name));
      answerError(response, 'gateway', told, corsOrigin);
    }
  }

  private tellOwn(request: IncomingMessage, response: ServerResponse): void {
    tellOwnAnswer('gateway', request, response, this.options.onDidAnswer);
  }

  /** Services may call by the gateway too. A token of ours has no business here and is passed on like any other. */
  private callerOf(request: IncomingMessage, corsOrigin?: string): Caller {
    return { from: this.options.callers.callerOf(clientSocket(request)), dropAuthorization: false, corsOrigin };
  }

  private handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, check: GatewayDoor['check']): void {
    socket.on('error', () => socket.destroy());
    try {
      const { host, target } = addressOf(request);
      check(request);
      const rpc = this.rpcOf(request, host, target);
      const isCall = rpc?.isStream === true && request.headers.upgrade?.toLowerCase() === 'websocket';
      const route = isCall ? { service: rpc.service, prefix: '', path: target } : routeOf(host, target);
      this.forwarder
        .upgrade(request, socket, head, route, this.callerOf(request), isCall ? rpc : undefined)
        .catch((error: unknown) => this.refuse(request, socket, error));
    } catch (error) {
      this.refuse(request, socket, error);
    }
  }

  private refuse(request: IncomingMessage, socket: Duplex, error: unknown): void {
    const refusal = toMicroError(error);
    tellOwnRefusal('gateway', request, trafficStatus(refusal), this.options.onDidAnswer);
    refuseUpgrade(socket, 'gateway', refusal);
  }

  /** The endpoint that a request calls. One of micro itself only while the user has no service of its name. */
  private rpcOf(request: IncomingMessage, host: string, target: string): RpcRoute | undefined {
    const found = this.rpcRoutes.find({ method: request.method ?? 'GET', host, target });
    return found?.isCore && !this.options.registry.isCore(found.service) ? undefined : found;
  }
}

/** Refuses requests that may not come by some way. Throws `api.forbidden-host` or `api.forbidden-origin`. */
export interface GatewayDoor {
  check(request: IncomingMessage): void;
}

function checkLoopback(request: IncomingMessage): void {
  checkLoopbackHost(addressOf(request).host);
}

/** Host and target; a target in absolute form is one of our own address, else it is meant for a proxy. */
function addressOf(request: IncomingMessage): { host: string; target: string } {
  const target = request.url ?? '/';
  const absolute = absoluteTarget(target);
  return absolute ? { host: absolute.host, target: absolute.path } : { host: hostOf(request), target };
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function routeOf(host: string, target: string): Route {
  const route = routeByHost(host, target) ?? routeByPath(target) ?? routeByRpcPath(target);
  if (route) return route;
  throw new MicroError('gateway.no-service', `"${target}" does not begin with the name of a service`, {
    next: 'ask for /<service>/path',
  });
}
