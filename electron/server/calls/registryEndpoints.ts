import { create } from '@bufbuild/protobuf';
import { type ServiceEndpoint, ServiceEndpointSchema } from '../../../shared/contract/gen/calls_pb.ts';
import type { RegistryEndpoint, RegistryService, RegistryValue } from '../registry/registry.ts';
import { exampleOf, resolved, type Schema } from './jsonSchema.ts';
import { bodyParameters } from './openApi.ts';

/** The endpoints that a service registered, in micro's way: `Greeter.Hello` with a schema, and where it stands in HTTP. */
export function registryEndpoints(service: RegistryService): ServiceEndpoint[] {
  return service.endpoints
    .filter(({ metadata }) => metadata.subscriber !== 'true' && metadata.topic === undefined)
    .map((endpoint) => endpointOf(service, endpoint));
}

function endpointOf(service: RegistryService, endpoint: RegistryEndpoint): ServiceEndpoint {
  const { metadata } = endpoint;
  const schema = saidSchema(metadata.requestSchema) ?? (endpoint.request && schemaOf(endpoint.request));
  const answer = saidSchema(metadata.responseSchema) ?? (endpoint.response && schemaOf(endpoint.response));
  const isHttp = metadata.handler === 'http' || metadata.handler === 'web' || metadata.handler === 'proxy';
  const method = metadata.method?.split(',')[0]?.trim() || 'POST';
  return create(ServiceEndpointSchema, {
    name: endpoint.name,
    protocol: isHttp ? 'http' : 'grpc',
    method: isHttp ? method : '',
    path: isHttp ? (metadata.path ?? '/') : `/${service.name}.${endpoint.name.replace('.', '/')}`,
    description: metadata.description ?? '',
    parameters: schema ? bodyParameters(schema) : [],
    requestSchema: schema ? JSON.stringify(schema) : '',
    responseSchema: answer ? JSON.stringify(answer) : '',
    example: schema ? JSON.stringify(exampleOf(schema), null, 2) : '',
    serverStreaming: metadata.stream === 'true',
    source: 'registry',
  });
}

/** A JSON Schema that a service put into the metadata of an endpoint: it says more than micro's types can. */
function saidSchema(text: string | undefined): Schema | undefined {
  if (text === undefined) return undefined;
  try {
    const schema: unknown = JSON.parse(text);
    return resolved(schema, schema);
  } catch {
    return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  string: 'string',
  float32: 'number',
  float64: 'number',
};

/** micro's tree of Go types as a JSON Schema. */
function schemaOf({ type, values }: RegistryValue): Schema {
  if (type.startsWith('[]')) {
    return { type: 'array', items: values.length > 0 ? objectOf(values) : { type: plainType(type.slice(2)) } };
  }
  if (values.length > 0) return objectOf(values);
  return { type: plainType(type) };
}

function objectOf(values: readonly RegistryValue[]): Schema {
  return { type: 'object', properties: Object.fromEntries(values.map((value) => [value.name, schemaOf(value)])) };
}

function plainType(type: string): string {
  return TYPES[type] ?? (/^u?int\d*$/.test(type) ? 'integer' : /^[A-Z]|^map/.test(type) ? 'object' : 'string');
}
