import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createContextValues } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Caller } from '../../auth/caller.ts';
import { clientSocket } from '../../traffic/accessEntry.ts';
import { addressKey, callerKey } from '../rpc/callerContext.ts';
import { errorInterceptor } from '../rpc/errorInterceptor.ts';
import { refusalInterceptor } from '../rpc/refusalInterceptor.ts';
import type { ApiPortOptions } from './apiPortOptions.ts';
import { DirectCalls } from './directCalls.ts';

/** Largest message of a request, bytes; the contract's own requests are small, a store value is at most 64 MB. */
const MAX_MESSAGE_BYTES = 72 * 1024 * 1024;

/** The contract over Connect, gRPC and gRPC-Web, for callers that were let in. */
export class RpcAdapters {
  private readonly adapter: ReturnType<typeof connectNodeAdapter>;
  private readonly grpcAdapter: ReturnType<typeof connectNodeAdapter>;
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
    this.adapter = connectNodeAdapter({
      ...common,
      routes: (router) => options.routes(this.direct.heardBy(router)),
    });
    this.grpcAdapter = connectNodeAdapter({
      ...common,
      routes: (router) => options.grpcRoutes?.(router),
      connect: false,
      grpcWeb: false,
      fallback: this.adapter,
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
    this.callers.set(request, caller);
    const adapter = isGrpc(request) ? this.grpcAdapter : this.adapter;
    adapter(request as IncomingMessage, response as ServerResponse);
  }
}

/** Whether it is gRPC itself, not gRPC-Web, which knows no requests of several messages. */
function isGrpc({ headers }: IncomingMessage | Http2ServerRequest): boolean {
  return /^application\/grpc(?:[+;]|$)/i.test(headers['content-type'] ?? '');
}
