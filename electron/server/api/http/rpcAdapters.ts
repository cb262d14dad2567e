import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { type ConnectRouter, createContextValues } from '@connectrpc/connect';
import { encodeEnvelope, type UniversalHandler } from '@connectrpc/connect/protocol';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import { clientSocket } from '../../traffic/accessEntry.ts';
import { addressKey, callerKey } from '../rpc/callerContext.ts';
import { errorInterceptor } from '../rpc/errorInterceptor.ts';
import { refusalInterceptor } from '../rpc/refusalInterceptor.ts';
import type { ApiPortOptions } from './apiPortOptions.ts';
import { DirectCalls } from './directCalls.ts';
import { LateRoutes, serviceOfPath } from './lateRoutes.ts';

type Adapter = ReturnType<typeof connectNodeAdapter>;

/** Largest message of a request, bytes; the contract's own requests are small, a store value is at most 64 MB. */
const MAX_MESSAGE_BYTES = 72 * 1024 * 1024;

/** The contract over Connect, gRPC and gRPC-Web, for callers that were let in. */
export class RpcAdapters {
  private readonly routes = new LateRoutes();
  private readonly adapters = new Map<string, Adapter>();
  private readonly handlers = new Map<string, UniversalHandler>();
  private readonly makeAdapter: (routes: (router: ConnectRouter) => void) => Adapter;
  private readonly makeGrpcAdapter: () => Adapter;
  private grpcAdapter: Adapter | undefined;
  private readonly direct: DirectCalls;
  private readonly callers = new WeakMap<object, Caller>();

  constructor(options: Pick<ApiPortOptions, 'logger' | 'admission' | 'routes' | 'grpcRoutes'>) {
    const common = {
      interceptors: [errorInterceptor(options.logger), refusalInterceptor(options.admission.authority)],
      readMaxBytes: MAX_MESSAGE_BYTES,
      contextValues: (request: object) =>
        createContextValues()
          .set(callerKey, this.callers.get(request) as Caller)
          .set(addressKey, clientSocket(request as IncomingMessage).remoteAddress ?? ''),
    };
    this.direct = new DirectCalls({
      authority: options.admission.authority,
      logger: options.logger,
      maxMessageBytes: MAX_MESSAGE_BYTES,
    });
    options.routes(this.routes.router);
    this.makeAdapter = (routes) =>
      connectNodeAdapter({
        ...common,
        routes: (router) => {
          routes(this.direct.heardBy(router));
          for (const handler of router.handlers) this.handlers.set(handler.requestPath, handler);
        },
      });
    this.makeGrpcAdapter = () =>
      connectNodeAdapter({
        ...common,
        routes: (router) => options.grpcRoutes?.(router),
        connect: false,
        grpcWeb: false,
        fallback: (request, response) => this.adapterOf(request)(request, response),
      });
  }

  /** Answers a call; who makes it is known to what serves it. */
  handle(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    caller: Caller,
  ): void {
    if (request.httpVersionMajor === 1 && request.headers.expect !== undefined) response.writeContinue();
    if (this.direct.handle(request, response, caller)) return;
    const known = this.adapters.size;
    const adapter = this.adapterOf(request);
    // What it serves is known to the direct calls from now on.
    if (this.adapters.size > known && this.direct.handle(request, response, caller)) return;
    this.callers.set(request, caller);
    if (isGrpc(request)) this.grpcAdapter ??= this.makeGrpcAdapter();
    (isGrpc(request) ? this.grpcAdapter : adapter)?.(request as IncomingMessage, response as ServerResponse);
  }

  /**
   * The bytes that Connect answers a call of one message with, for a method whose answer is a stream. Rejects with
   * `api.unknown-method` when there is none at the path.
   */
  async *watch(path: string, message: Uint8Array, caller: Caller, signal: AbortSignal): AsyncIterable<Uint8Array> {
    this.adapterOf({ url: path });
    const handler = this.handlers.get(path);
    if (handler?.method.methodKind !== 'server_streaming')
      throw new MicroError('api.unknown-method', `there is no stream at ${path}`);
    const { body } = await handler({
      httpVersion: '1.1',
      method: 'POST',
      url: `http://127.0.0.1${path}`,
      header: new Headers({ 'content-type': 'application/connect+proto', 'connect-protocol-version': '1' }),
      body: once(encodeEnvelope(0, message)),
      signal,
      contextValues: createContextValues().set(callerKey, caller),
    });
    if (body) yield* body;
  }

  /** What answers a request: made for its service when that is first asked for, since most are not at a start. */
  private adapterOf({ url = '' }: { url?: string | undefined }): Adapter {
    const name = serviceOfPath(url) ?? '';
    let adapter = this.adapters.get(name);
    if (!adapter) {
      adapter = this.makeAdapter(this.routes.take(name) ?? (() => {}));
      this.adapters.set(name, adapter);
    }
    return adapter;
  }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** Whether it is gRPC itself, not gRPC-Web, which knows no requests of several messages. */
function isGrpc({ headers }: IncomingMessage | Http2ServerRequest): boolean {
  return /^application\/grpc(?:[+;]|$)/i.test(headers['content-type'] ?? '');
}
