import { create } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import {
  type EndpointParameter,
  EndpointParameterSchema,
  type ServiceEndpoint,
  ServiceEndpointSchema,
} from '../../../shared/contract/gen/calls_pb.ts';
import { exampleOf, follow, resolved, type Schema, typeOf } from './jsonSchema.ts';

/** Where services have their OpenAPI document, by the habits of frameworks: FastAPI and most, Spring, Swagger UI, ASP.NET, Quarkus. */
export const OPENAPI_PATHS = [
  '/openapi.json',
  '/v3/api-docs',
  '/swagger.json',
  '/swagger/v1/swagger.json',
  '/q/openapi?format=json',
  '/openapi.yaml',
  '/docs/json',
] as const;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** Endpoints that one document may have. */
const MAX_ENDPOINTS = 1000;

interface Operation {
  summary?: string;
  description?: string;
  deprecated?: boolean;
  parameters?: unknown[];
  requestBody?: unknown;
  responses?: Record<string, unknown>;
}

/** Reads an OpenAPI 3 or Swagger 2 document, JSON or YAML. Undefined when it is neither; throws when it is broken. */
export function parseOpenApi(text: string): ServiceEndpoint[] | undefined {
  if (!/["']?(?:openapi|swagger)["']?\s*:/.test(text)) return undefined;
  const document = parse(text) as Record<string, unknown> | null;
  const paths = document?.paths;
  if (typeof paths !== 'object' || paths === null) return undefined;
  const base = basePath(document as Record<string, unknown>);
  const endpoints: ServiceEndpoint[] = [];
  for (const [path, item] of Object.entries(paths as Record<string, Record<string, unknown>>)) {
    for (const method of METHODS) {
      const operation = item?.[method] as Operation | undefined;
      if (!operation || endpoints.length >= MAX_ENDPOINTS) continue;
      endpoints.push(endpointOf(base + path, method.toUpperCase(), operation, item.parameters, document));
    }
  }
  return endpoints;
}

/** Swagger 2 has `basePath`; OpenAPI 3 has servers, of which a path alone says the same. */
function basePath(document: Record<string, unknown>): string {
  const first = (document.servers as { url?: unknown }[] | undefined)?.[0]?.url;
  const base = typeof document.basePath === 'string' ? document.basePath : typeof first === 'string' ? first : '';
  return base.startsWith('/') ? base.replace(/\/$/, '') : '';
}

function endpointOf(
  path: string,
  method: string,
  operation: Operation,
  shared: unknown,
  document: unknown,
): ServiceEndpoint {
  const given = [...(Array.isArray(shared) ? shared : []), ...(operation.parameters ?? [])].map(
    (one) => dereferenced(one, document) as RawParameter,
  );
  const bodyParameter = given.find((one) => one.in === 'body');
  const request = bodyParameter?.schema ?? jsonContent(dereferenced(operation.requestBody, document));
  const answer = Object.entries(operation.responses ?? {}).find(([status]) => /^2|default/.test(status))?.[1];
  const response = dereferenced(answer, document) as Record<string, unknown> | undefined;
  const requestSchema = request ? resolved(request, document) : undefined;
  const responseSchema = resolved(response?.schema ?? jsonContent(response), document);
  const named = new Map(given.filter((one) => one.in !== 'body').map((one) => [`${one.in} ${one.name}`, one]));
  return create(ServiceEndpointSchema, {
    name: `${method} ${path}`,
    protocol: 'http',
    method,
    path,
    description: [operation.deprecated ? 'deprecated' : '', operation.summary ?? operation.description ?? '']
      .filter(Boolean)
      .join(': '),
    parameters: [
      ...[...named.values()].map((one) => parameterOf(one, document)),
      ...(requestSchema ? bodyParameters(requestSchema) : []),
    ],
    requestSchema: requestSchema ? JSON.stringify(requestSchema) : '',
    responseSchema: Object.keys(responseSchema).length > 0 ? JSON.stringify(responseSchema) : '',
    example: requestSchema ? JSON.stringify(exampleOf(requestSchema), null, 2) : '',
    source: 'openapi',
  });
}

interface RawParameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  example?: unknown;
  /** OpenAPI 3; in Swagger 2 only of a body, the others have their type in place. */
  schema?: Schema;
}

function parameterOf(parameter: RawParameter, document: unknown): EndpointParameter {
  const schema = resolved(parameter.schema ?? parameter, document);
  const example = parameter.example ?? schema.example ?? schema.default;
  return create(EndpointParameterSchema, {
    name: parameter.name,
    in: parameter.in,
    type: typeOf(schema),
    required: parameter.required === true || parameter.in === 'path',
    description: parameter.description ?? '',
    example: example === undefined ? '' : JSON.stringify(example),
    choices: (schema.enum ?? []).map(String),
  });
}

/** The members of a body that is an object, as parameters. */
export function bodyParameters(schema: Schema): EndpointParameter[] {
  return Object.entries(schema.properties ?? {}).map(([name, one]) =>
    create(EndpointParameterSchema, {
      name,
      in: 'body',
      type: typeOf(one),
      required: schema.required?.includes(name) ?? false,
      description: typeof one.description === 'string' ? one.description : '',
      example: one.example === undefined ? '' : JSON.stringify(one.example),
      choices: (one.enum ?? []).map(String),
    }),
  );
}

function dereferenced(value: unknown, document: unknown): unknown {
  const ref = (value as { $ref?: unknown } | undefined)?.$ref;
  return typeof ref === 'string' ? follow(document, ref) : value;
}

/** The schema of the JSON form of a body or an answer. */
function jsonContent(holder: unknown): Schema | undefined {
  const content = (holder as { content?: Record<string, { schema?: Schema }> } | undefined)?.content;
  if (!content) return undefined;
  const type = Object.keys(content).find((one) => /json/.test(one));
  return type ? content[type]?.schema : undefined;
}
