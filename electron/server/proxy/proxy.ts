import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import { clientSocket, tellOwnAnswer, tellOwnRefusal } from '../traffic/accessEntry.ts';
import { answerError, refuseUpgrade, trafficStatus } from '../traffic/errorAnswer.ts';
import { Forwarder } from '../traffic/forwarder.ts';
import type { Caller, TrafficOptions } from '../traffic/trafficOptions.ts';
import { absoluteTarget, type Route, routeByName, routeByPath, routeByRpcPath } from '../traffic/route.ts';

/** Collaborators of {@link Proxy}. */
export interface ProxyOptions extends TrafficOptions {
  /** The service that a token was made for. */
  serviceOfToken(token: string): string | undefined;
  /** Whether it opens the API; such a token never reaches a service. */
  isOwnToken(token: string): boolean;
}

/**
 * Calls from service to service on the proxy port: `/<service>/path`, absolute URIs as `http_proxy` makes them
 * (`http://<service>/path`), and gRPC by `/<service>.<Handler>/<Method>`.
 */
export class Proxy {
  private readonly forwarder: Forwarder;

  constructor(private readonly options: ProxyOptions) {
    this.forwarder = new Forwarder(options, 'proxy');
  }

  handleRequest(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const incoming = request as IncomingMessage;
    const answer = response as ServerResponse;
    try {
      this.forwarder.forward(incoming, answer, routeOf(incoming), this.callerOf(incoming));
    } catch (error) {
      request.resume();
      tellOwnAnswer('proxy', incoming, answer, this.options.onDidAnswer);
      answerError(answer, 'proxy', toMicroError(error));
    }
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      this.forwarder
        .upgrade(request, socket, head, routeOf(request), this.callerOf(request))
        .catch((error: unknown) => this.refuse(request, socket, error));
    } catch (error) {
      this.refuse(request, socket, error);
    }
  }

  private refuse(request: IncomingMessage, socket: Duplex, error: unknown): void {
    const refusal = toMicroError(error);
    tellOwnRefusal('proxy', request, trafficStatus(refusal), this.options.onDidAnswer);
    refuseUpgrade(socket, 'proxy', refusal);
  }

  /** Ends the connections to services. */
  close(): void {
    this.forwarder.close();
  }

  private callerOf(request: IncomingMessage): Caller {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const { serviceOfToken, isOwnToken, callers } = this.options;
    const service = token === undefined ? undefined : serviceOfToken(token);
    if (service !== undefined) return { from: service, dropAuthorization: true };
    const dropAuthorization = token !== undefined && isOwnToken(token);
    return { from: callers.callerOf(clientSocket(request)), dropAuthorization };
  }
}

function routeOf(request: IncomingMessage): Route {
  const target = request.url ?? '/';
  const absolute = absoluteTarget(target);
  const route = absolute ? routeByName(absolute.host, absolute.path) : (routeByPath(target) ?? routeByRpcPath(target));
  if (route) return route;
  if (absolute) {
    throw new MicroError('gateway.no-service', `there is no service "${absolute.host}"`, {
      next: 'this proxy leads to services alone; set NO_PROXY for other hosts',
    });
  }
  throw new MicroError('gateway.no-service', `"${target}" does not begin with the name of a service`, {
    next: 'ask for /<service>/path',
  });
}
