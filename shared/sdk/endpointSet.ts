import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { z } from 'zod';
import { type Endpoint, endpointName, treeOfMessage } from './endpoint.ts';
import {
  type EndpointHandler,
  type EndpointSchemas,
  type JsonHandler,
  jsonHandler,
  serveJsonHandlers,
} from './jsonHandlers.ts';
import type { Logger } from './logger.ts';
import { answerPlainCall, MAX_MESSAGE_BYTES, send } from './plainCalls.ts';
import type { RequestListener } from './port.ts';
import { rpcInterceptor } from './rpcInterceptor.ts';
import { ServiceError } from './serviceError.ts';

/** What a listener does beside calls of endpoints. */
export interface ListenerOptions {
  logger: Logger;
  /** Answers requests that are no calls of an endpoint. */
  http?: RequestListener;
  /** What `/healthz` waits for. */
  health?: () => void | Promise<void>;
}

/** The endpoints of a service, and how requests find them. */
export class EndpointSet {
  private readonly handlers = new Map<string, JsonHandler>();
  private readonly typed: ((router: ConnectRouter) => void)[] = [];
  private readonly endpoints = new Map<string, Endpoint>();
  /** Paths by which a method of protobuf is asked for as well, with its own. */
  private readonly aliases = new Map<string, string>();

  constructor(private readonly service: string) {}

  list(): Endpoint[] {
    return [...this.endpoints.values()];
  }

  /** Adds one with schemas. Throws a TypeError when its name or its schemas cannot be. */
  add(
    method: string,
    schemas: EndpointSchemas<z.ZodType, z.ZodType>,
    handler: EndpointHandler<unknown, unknown>,
  ): void {
    const name = endpointName(this.service, method);
    const made = jsonHandler(name, schemas, handler);
    this.enter(made.endpoint);
    this.handlers.set(name, made);
  }

  /** Adds the methods of a service that code was generated for. */
  addTyped(service: DescService, methods: Partial<ServiceImpl<DescService>>): void {
    for (const method of service.methods) {
      this.enter({
        name: `${service.name}.${method.name}`,
        request: treeOfMessage(method.input.name, method.input),
        response: treeOfMessage(method.output.name, method.output),
        metadata: { handler: 'rpc', ...(method.methodKind === 'unary' ? {} : { stream: 'true' }) },
      });
      const path = `/${service.typeName}/${method.name}`;
      this.aliases.set(`/${service.name}/${method.name}`, path);
      this.aliases.set(`/${this.service}.${service.name}/${method.name}`, path);
    }
    this.typed.push((router) => void router.service(service, methods));
  }

  /**
   * Answers requests: `POST /<Handler>/<Method>` with JSON, gRPC, gRPC-Web and Connect at `/<service>.<Handler>/<Method>`,
   * `/healthz`, and everything else as `http` does.
   */
  listener(options: ListenerOptions): RequestListener {
    const answering = { service: this.service, logger: options.logger };
    const rpc = connectNodeAdapter({
      routes: (router) => {
        serveJsonHandlers(router, this.service, [...this.handlers.values()]);
        for (const add of this.typed) add(router);
      },
      interceptors: [rpcInterceptor(answering)],
      readMaxBytes: MAX_MESSAGE_BYTES,
      fallback: (request, response) =>
        this.answerOther(options.http, request as IncomingMessage, response as ServerResponse),
    });
    const plain = new Map([...this.handlers].map(([name, handler]) => [`/${name.replace('.', '/')}`, handler]));
    return (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] as string;
      const handler = plain.get(path);
      if (handler) void answerPlainCall(handler, request, response, answering);
      else if (path === '/healthz') void this.answerHealth(options.health, response);
      else {
        request.url = this.aliases.get(path) ?? request.url;
        rpc(request, response);
      }
    };
  }

  private enter(endpoint: Endpoint): void {
    if (this.endpoints.has(endpoint.name)) throw new TypeError(`the endpoint ${endpoint.name} is there already`);
    this.endpoints.set(endpoint.name, endpoint);
  }

  private async answerHealth(health: ListenerOptions['health'], response: ServerResponse): Promise<void> {
    try {
      await health?.();
      send(response, 200, { status: 'ok' });
    } catch (error) {
      send(response, 503, new ServiceError(503, (error as Error).message).toBody(this.service));
    }
  }

  private answerOther(http: RequestListener | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (/^application\/grpc/.test(request.headers['content-type'] ?? '')) {
      // gRPC's answer without a message: its clients read the status, and nothing of HTTP.
      request.resume();
      const message = encodeURIComponent(`${this.service} has no ${request.url}`);
      response.writeHead(200, { 'content-type': 'application/grpc', 'grpc-status': '12', 'grpc-message': message });
      response.end();
      return;
    }
    if (http) {
      http(request, response);
      return;
    }
    request.resume();
    const error = new ServiceError(404, `${this.service} has no ${request.method} ${request.url}`);
    send(response, error.code, error.toBody(this.service));
  }
}
