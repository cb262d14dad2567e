import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MicroError } from '../../../shared/contract/errors.ts';
import { systemClock } from '../base/clock.ts';
import { answerWhenKnown } from './admitted.ts';
import type { Via } from './call.ts';
import { CallTeller } from './callTeller.ts';
import { CallWatch } from './callWatch.ts';
import { Deadlines } from './deadlines.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import { GrpcExchange } from './grpcExchange.ts';
import { isGrpc } from './grpcRequest.ts';
import { endpointsOf } from './guard.ts';
import { KeptBody } from './keptBody.ts';
import { ANSWER_TIMEOUT_MS } from './limits.ts';
import { type NewCall, newCall } from './newCall.ts';
import { NodeChoice } from './nodeChoice.ts';
import type { Route } from './route.ts';
import { RpcExchange } from './rpcExchange.ts';
import type { RpcRoute } from './rpcRoutes.ts';
import { RpcSocket } from './rpcSocket.ts';
import type { Caller, TrafficOptions } from './trafficOptions.ts';
import { Tunnel } from './tunnel.ts';
import { UpstreamSessions } from './upstreamSessions.ts';
import { Upstreams } from './upstreams.ts';

/** Streams requests to ready nodes: nothing is collected, nothing is decoded, an abort on either side ends the other. */
export class Forwarder {
  private readonly host: ExchangeHost;
  private readonly sessions: UpstreamSessions;
  private readonly teller: CallTeller;

  constructor(
    private readonly options: TrafficOptions,
    private readonly via: Via,
  ) {
    const { registry, states, inFlight, holdMs, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
    this.teller = new CallTeller(options, via);
    this.host = {
      clock: systemClock,
      choice: new NodeChoice({ registry, states, clock: systemClock, holdMs }),
      upstreams: new Upstreams(registry, systemClock),
      inFlight,
      deadlines: new Deadlines(systemClock, answerTimeoutMs),
      answerTimeoutMs,
    };
    this.sessions = new UpstreamSessions(registry, systemClock, options.ownPorts);
  }

  /** Ends the connections to services. */
  close(): void {
    this.host.upstreams.dispose();
    this.host.deadlines.dispose();
    this.sessions.dispose();
  }

  /** Whether there is a service of this name, up or not. */
  isKnown(service: string): boolean {
    return this.host.choice.isKnown(service);
  }

  /** Forwards one request, as the call of an endpoint when `rpc` says which; answers with a JSON error when it cannot. */
  forward(request: IncomingMessage, response: ServerResponse, route: Route, caller: Caller, rpc?: RpcRoute): void {
    if (!rpc) this.checkNoCore(request, route);
    const admitted = this.admit(request, route, rpc);
    if (admitted === undefined) this.forwardAdmitted(request, response, route, caller, rpc);
    else {
      const goOn = (): void => this.forwardAdmitted(request, response, route, caller, rpc);
      answerWhenKnown(admitted, request, response, goOn, { id: this.via, corsOrigin: caller.corsOrigin });
    }
  }

  private forwardAdmitted(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    caller: Caller,
    rpc: RpcRoute | undefined,
  ): void {
    const { host, sessions, teller } = this;
    const { call, headers } = this.prepare(request, route, caller);
    if (rpc) call.body = this.placeForMessage();
    const watch = new CallWatch(teller, host.clock, request, response, call, caller);
    const { corsOrigin } = caller;
    const exchange =
      rpc !== undefined
        ? new RpcExchange(host, sessions, request, response, headers, call, rpc, corsOrigin)
        : isGrpc(request)
          ? new GrpcExchange(host, sessions, request, response, headers, call, corsOrigin)
          : new Exchange(host, request, response, headers, call, watch, corsOrigin);
    void exchange.run();
    // After the exchange has its own listener, which notes why the answer did not get to its end.
    response.on('close', () => watch.handleClose(!exchange.isUnknown));
  }

  /** Forwards a WebSocket (or any other upgrade); with `rpc` it becomes the call of a streaming endpoint. */
  async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    route: Route,
    caller: Caller,
    rpc?: RpcRoute,
  ): Promise<void> {
    if (!rpc) this.checkNoCore(undefined, route);
    await this.admit(request, route, rpc);
    if (socket.destroyed) return;
    const startedAt = this.host.clock.monotonic();
    const { call, headers } = this.prepare(request, route, caller);
    call.kind = 'websocket';
    const { host, sessions } = this;
    if (!rpc) headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? 'websocket');
    const tunnel = rpc
      ? new RpcSocket(host, sessions, request, socket, head, headers, call, rpc)
      : new Tunnel(host, request, socket, head, headers, call);
    const known = await tunnel.open();
    call.durationMs = this.host.clock.monotonic() - startedAt;
    if (known) this.teller.tell(call, caller);
    const ended = (): void => {
      const durationMs = this.host.clock.monotonic() - startedAt;
      this.teller.tellAnswer(request, call, caller, { status: call.status, durationMs, ...tunnel.bytes() });
    };
    if (socket.destroyed) ended();
    else socket.once('close', ended);
  }

  /** Undefined: whoever sends the request may. What micro itself offers is held against the rules where it answers. */
  private admit(request: IncomingMessage, route: Route, rpc: RpcRoute | undefined): Promise<void> | undefined {
    const { guard, registry } = this.options;
    if (!guard || registry.isCore(route.service)) return undefined;
    return guard.check(request, route.service, () => endpointsOf(request, route, rpc));
  }

  /** The core services are called by their endpoints alone; to pass anything else on would be to call ourselves. */
  private checkNoCore(request: IncomingMessage | undefined, { service }: Route): void {
    if (!this.options.registry.isCore(service)) return;
    if (request && this.via === 'gateway' && isGrpc(request)) return;
    throw new MicroError('gateway.no-service', `"${service}" is a part of micro and has no such endpoint`, {
      details: { service },
      next: `see what it offers: micro ${service} --help`,
    });
  }

  /** Of the call of an endpoint not the body is kept, but the message that is made of all of the request. */
  private placeForMessage(): KeptBody | undefined {
    const limit = this.options.keptBodyBytes?.() ?? 0;
    return limit > 0 ? new KeptBody('application/json', limit) : undefined;
  }

  private prepare(request: IncomingMessage, route: Route, caller: Caller): NewCall {
    const made = newCall(request, route, this.via, this.host.clock.now(), {
      dropAuthorization: caller.dropAuthorization,
      keptBodyBytes: this.options.keptBodyBytes?.() ?? 0,
    });
    this.options.recentTraces?.add(made.call.traceId);
    return made;
  }
}
