import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { create, type DescMessage, type DescMethod, type DescService, type MessageShape } from '@bufbuild/protobuf';
import { type ConnectRouter, createContextValues, type HandlerContext } from '@connectrpc/connect';
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import type { Authority } from '../../auth/authority.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Logger } from '../../base/logger.ts';
import { callerKey } from '../rpc/callerContext.ts';
import { translateError } from '../rpc/errorInterceptor.ts';
import { noteRefusal } from '../rpc/refusalInterceptor.ts';
import { collectBody } from './collectBody.ts';
import { isDirectForm, MESSAGE_FORMS, type MessageForm } from './messageForms.ts';

/**
 * Methods that services call all the time, for one small message each. They take from their context who calls and nothing
 * else, which is all that it has here.
 */
const DIRECT: ReadonlySet<string> = new Set([
  '/store.Store/Read',
  '/store.Store/Write',
  '/store.Store/Delete',
  '/records.Records/Get',
  '/records.Records/Apply',
  '/records.Records/Browse',
  '/events.Stream/Publish',
  '/topics.Topics/Publish',
  '/topics.Topics/Ack',
]);

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;
type Implementation = (message: unknown, context: HandlerContext) => unknown;

interface DirectMethod {
  method: DescMethod;
  call: Implementation;
}

/** What {@link DirectCalls} works with. */
export interface DirectCallsOptions {
  authority: Pick<Authority, 'noteRefusal'>;
  logger: Logger;
  /** Bytes. */
  maxMessageBytes: number;
}

/**
 * A short way for the calls that are made most: one message of Connect, in protobuf or JSON, goes straight to its handler,
 * without the streams, headers and interceptors that the RPC library puts around each call and that cost several times what
 * the store needs for a read. Handlers, messages, refusals and errors are the same. What is asked for in another way
 * (compressed, with a deadline, over gRPC) is left to the library.
 */
export class DirectCalls {
  private readonly methods = new Map<string, DirectMethod>();

  constructor(private readonly options: DirectCallsOptions) {}

  /** A router that hands on what is put on it, and remembers the handlers that calls go to directly. */
  heardBy(router: ConnectRouter): ConnectRouter {
    const listening: ConnectRouter = {
      handlers: router.handlers,
      service: (service, implementation, options) => {
        this.remember(service, implementation as Record<string, Implementation | undefined>);
        router.service(service, implementation, options);
        return listening;
      },
      rpc: (...words) => {
        router.rpc(...words);
        return listening;
      },
    };
    return listening;
  }

  private remember(service: DescService, implementation: Record<string, Implementation | undefined>): void {
    for (const method of service.methods) {
      const path = `/${service.typeName}/${method.name}`;
      const call = implementation[method.localName];
      if (call && DIRECT.has(path) && method.methodKind === 'unary') this.methods.set(path, { method, call });
    }
  }

  /** Answers a call of somebody who was let in, and says whether it did. */
  handle(request: Request, response: Response, caller: Caller): boolean {
    const direct = this.methods.get(request.url ?? '');
    if (!direct || request.method !== 'POST' || !isDirectForm(request.headers)) return false;
    const form = MESSAGE_FORMS.get(request.headers['content-type'] ?? '');
    if (!form) return false;
    collectBody(request, this.options.maxMessageBytes, (error, bytes) => {
      if (bytes) void this.answer(direct, form, bytes, response, caller);
      else this.fail(direct.method, response, caller, error);
    });
    return true;
  }

  private async answer(
    { method, call }: DirectMethod,
    form: MessageForm,
    bytes: Uint8Array,
    response: Response,
    caller: Caller,
  ): Promise<void> {
    try {
      const context = { values: createContextValues().set(callerKey, caller) } as HandlerContext;
      const result = await call(form.read(method.input, bytes), context);
      const message = create(method.output, result as MessageShape<DescMessage>);
      send(response, 200, form.contentType, form.write(method.output, message));
    } catch (error) {
      this.fail(method, response, caller, error);
    }
  }

  private fail(method: DescMethod, response: Response, caller: Caller, error: unknown): void {
    const { authority, logger } = this.options;
    noteRefusal(authority, method, error, caller);
    const said = translateError(logger, method, error);
    send(response, codeToHttpStatus(said.code), 'application/json', errorToJsonBytes(said, undefined));
  }
}

function send(response: Response, status: number, contentType: string, body: Uint8Array): void {
  if (response.destroyed || response.writableEnded) return;
  const answer = response as ServerResponse;
  answer.writeHead(status, { 'content-type': contentType, 'content-length': body.byteLength });
  answer.end(body);
}
