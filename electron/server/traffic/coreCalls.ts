import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Clock } from '../base/clock.ts';
import { clientSocket } from './accessEntry.ts';
import { type Call, OUTSIDE } from './call.ts';
import { keptBodyOf } from './keptBody.ts';
import type { RecentTraces } from './recentTraces.ts';
import { withoutSecrets } from './secretParameters.ts';
import { continueTrace } from './traceContext.ts';

/** What {@link CoreCalls} works with. */
export interface CoreCallsOptions {
  /** The service that a token was made for. */
  serviceOfToken(token: string): string | undefined;
  /** Whether a name stands for a service of micro itself, and not for one of the user. */
  isCore(name: string): boolean;
  /** Local ports of the gateway's own connections: what comes by them is counted there. */
  ownPorts: ReadonlySet<number>;
  /** The traces that such a call may be a part of. */
  recentTraces: Pick<RecentTraces, 'has'>;
  /** Bytes of the body of each request that are kept. */
  keptBodyBytes: () => number;
  /** Is told every call, see {@link Call}. */
  onDidCall: (call: Call) => void;
  clock: Clock;
}

/** Before the name of a service of micro itself where the user has a service of that name. */
const HIDDEN = 'micro.';

/** The name under which calls of a service of micro itself are counted. */
export function coreName(name: string, isCore: (name: string) => boolean): string {
  return isCore(name) ? name : HIDDEN + name;
}

/** Whether calls under a name are those of a service of micro itself. */
export function isCoreName(name: string, isCore: (name: string) => boolean): boolean {
  return isCore(name) || name.startsWith(HIDDEN);
}

/**
 * Watches the calls that services make to micro itself (store, config, events, …) on the proxy port, so that they are calls
 * like all others. Those of the window and the command line are none: who looks at a system is no part of it.
 */
export class CoreCalls {
  constructor(private readonly options: CoreCallsOptions) {}

  /** Whether a request is one that the gateway passes on: it is counted and logged there, with who sent it. */
  isOfGateway(request: IncomingMessage): boolean {
    return this.options.ownPorts.has(clientSocket(request).remotePort ?? 0);
  }

  /** Follows a request to the part `name` until its answer has left. Must see it before anything is read of it. */
  watch(request: IncomingMessage, response: ServerResponse, name: string): void {
    const call = this.callOf(request, name);
    if (!call) return;
    const { clock, onDidCall } = this.options;
    const startedAt = clock.monotonic();
    let told = false;
    const tell = (): void => {
      if (told) return;
      told = true;
      call.status = response.headersSent ? response.statusCode : 0;
      const status = grpcStatusOf(response);
      if (status !== undefined) call.grpcStatus = status;
      call.durationMs = clock.monotonic() - startedAt;
      onDidCall(call);
    };
    tapRequest(request, (chunk) => {
      call.requestBytes += chunk.length;
      call.body?.take(chunk);
    });
    tapAnswer(response, (bytes) => {
      call.responseBytes += bytes;
      if (!String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')) return;
      call.kind = 'stream';
      tell();
    });
    response.once('close', tell);
  }

  /** Tells a WebSocket to the part `name`, which is being opened. */
  watchSocket(request: IncomingMessage, name: string): void {
    const call = this.callOf(request, name);
    if (call) this.options.onDidCall(Object.assign(call, { kind: 'websocket', status: 101 }));
  }

  /** Undefined when it is not a service that calls, or when the gateway has counted it. */
  private callOf(request: IncomingMessage, name: string): Call | undefined {
    const { serviceOfToken, isCore, keptBodyBytes, recentTraces, clock } = this.options;
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const from = token === undefined ? undefined : serviceOfToken(token);
    if (from === undefined || from === OUTSIDE || this.isOfGateway(request)) return undefined;
    const trace = continueTrace(request.headers.traceparent as string | undefined);
    const isPartOfTrace = recentTraces.has(trace.traceId);
    const path = request.url ?? '/';
    return {
      id: 0,
      at: clock.now(),
      from,
      to: coreName(name, isCore),
      node: '',
      via: 'proxy',
      kind: /^\/[\w.]+\.\w+\/\w+$/.test(path.split('?', 1)[0] as string) ? 'grpc' : 'http',
      method: request.method ?? 'GET',
      path: withoutSecrets(path),
      status: 0,
      requestBytes: 0,
      responseBytes: 0,
      durationMs: 0,
      // A trace of nothing but a look into the store would only stand in the way of the others.
      traceId: isPartOfTrace ? trace.traceId : '',
      spanId: isPartOfTrace ? trace.spanId : '',
      parentSpanId: isPartOfTrace ? trace.parentSpanId : '',
      body: keptBodyOf(request, keptBodyBytes()),
      error: '',
    };
  }
}

/** Hears what is read of a request. It is done where chunks come in: a listener would make them flow before they are wanted. */
function tapRequest(request: IncomingMessage, hear: (chunk: Buffer) => void): void {
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (Buffer.isBuffer(chunk)) hear(chunk);
    return push(chunk, encoding);
  };
}

/** Hears how many bytes of an answer are written, before they are. */
function tapAnswer(response: ServerResponse, hear: (bytes: number) => void): void {
  let depth = 0;
  for (const name of ['write', 'end'] as const) {
    const send = response[name].bind(response) as (...words: unknown[]) => never;
    response[name] = ((...words: unknown[]) => {
      const [chunk] = words;
      // That of HTTP/2 ends by writing first.
      if (depth === 0 && (typeof chunk === 'string' || chunk instanceof Uint8Array)) hear(Buffer.byteLength(chunk));
      depth++;
      try {
        return send(...words);
      } finally {
        depth--;
      }
    }) as never;
  }
}

/** The status of gRPC in the trailers of an answer that has left; undefined when it has none. */
function grpcStatusOf(response: ServerResponse): number | undefined {
  const { stream } = response as unknown as Partial<Http2ServerResponse>;
  const status = stream?.sentTrailers?.['grpc-status'] ?? stream?.sentHeaders?.['grpc-status'];
  return status === undefined ? undefined : Number(status);
}
