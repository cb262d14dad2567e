import { createFileRegistry, create, type DescMethod, fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_struct,
  type Struct,
  StructSchema,
} from '@bufbuild/protobuf/wkt';
import type { ConnectRouter } from '@connectrpc/connect';
import type { z } from 'zod';
import { type CallContext, currentCall } from './callContext.ts';
import { type Endpoint, treeOfSchema } from './endpoint.ts';
import { checked, jsonSchemaOf } from './schema.ts';
import { ServiceError } from './serviceError.ts';

/** What an endpoint takes and gives, both objects. */
export interface EndpointSchemas<Request extends z.ZodType, Response extends z.ZodType> {
  request: Request;
  response: Response;
  /** One sentence for those who see the endpoint in the registry. */
  description?: string;
}

/** Answers calls of one endpoint. What it throws is the answer, too: see {@link ServiceError}. */
export type EndpointHandler<Request, Response> = (
  request: Request,
  context: CallContext,
) => Response | Promise<Response>;

/** An endpoint with schemas, made ready for messages that nobody has looked at. */
export interface JsonHandler {
  endpoint: Endpoint;
  answer(message: unknown): Promise<JsonObject>;
}

/** Checks what comes in and what goes out of a handler, and describes it. Throws for schemas that are no messages. */
export function jsonHandler<Request extends z.ZodType, Response extends z.ZodType>(
  name: string,
  schemas: EndpointSchemas<Request, Response>,
  handler: EndpointHandler<z.output<Request>, z.input<Response>>,
): JsonHandler {
  const request = jsonSchemaOf(schemas.request, 'input', `request of ${name}`);
  const response = jsonSchemaOf(schemas.response, 'output', `response of ${name}`);
  const method = name.slice(name.indexOf('.') + 1);
  return {
    endpoint: {
      name,
      request: treeOfSchema(`${method}Request`, request),
      response: treeOfSchema(`${method}Response`, response),
      metadata: {
        handler: 'rpc',
        ...(schemas.description === undefined ? {} : { description: schemas.description }),
        requestSchema: JSON.stringify(request),
        responseSchema: JSON.stringify(response),
      },
    },
    async answer(message) {
      const taken = await checked(schemas.request, message ?? {}, name);
      const given = await handler(taken, currentCall() as CallContext);
      try {
        return (await checked(schemas.response, given, `the answer of ${name}`)) as JsonObject;
      } catch (error) {
        // The caller is not to blame for an answer that breaks its own promise.
        if (error instanceof ServiceError) throw new ServiceError(500, error.detail, { cause: error });
        throw error;
      }
    },
  };
}

/**
 * Serves handlers over gRPC, gRPC-Web and Connect at `/<service>.<Handler>/<Method>`. Their messages are protobuf's own
 * `Struct`, whose JSON is any object, so that one set of handlers serves `application/grpc+json` and clients with types.
 */
export function serveJsonHandlers(router: ConnectRouter, service: string, handlers: readonly JsonHandler[]): void {
  const byName = new Map(handlers.map((handler) => [handler.endpoint.name, handler]));
  for (const method of describe(service, [...byName.keys()])) {
    const handler = byName.get(`${method.parent.name}.${method.name}`) as JsonHandler;
    router.rpc(method as DescMethod & { methodKind: 'unary' }, async (request) => {
      const answer = await handler.answer(toJson(StructSchema, request as unknown as Struct));
      // Through JSON: what it leaves out (undefined) or writes in its own way (dates) is not for the codec to judge.
      return fromJson(StructSchema, JSON.parse(JSON.stringify(answer)) as JsonObject);
    });
  }
}

/** The methods as protobuf knows them, made without a code generator. */
function describe(service: string, names: readonly string[]): DescMethod[] {
  const handlers = new Map<string, string[]>();
  for (const name of names) {
    const [handler = '', method = ''] = name.split('.');
    handlers.set(handler, [...(handlers.get(handler) ?? []), method]);
  }
  const file = create(FileDescriptorProtoSchema, {
    name: `${service}.proto`,
    package: service,
    syntax: 'proto3',
    dependency: ['google/protobuf/struct.proto'],
    service: [...handlers].map(([name, methods]) => ({
      name,
      method: methods.map((method) => ({
        name: method,
        inputType: '.google.protobuf.Struct',
        outputType: '.google.protobuf.Struct',
      })),
    })),
  });
  const registry = createFileRegistry(file, (path) =>
    path === 'google/protobuf/struct.proto' ? file_google_protobuf_struct : undefined,
  );
  return [...handlers.keys()].flatMap((name) => registry.getService(`${service}.${name}`)?.methods ?? []);
}
