import { create, type DescMessage, type DescMethod, type DescService, ScalarType } from '@bufbuild/protobuf';
import { type ServiceEndpoint, ServiceEndpointSchema } from '../../../shared/contract/gen/calls_pb.ts';
import { exampleOf, type Schema } from './jsonSchema.ts';
import { bodyParameters } from './openApi.ts';

/** Levels of nested messages that are written out as a schema. */
const MAX_DEPTH = 6;

/** A method of a service of gRPC as an endpoint, with what its types say; `name` is what it is called by. */
export function grpcEndpoint(
  service: DescService,
  method: DescMethod,
  source: 'reflection' | 'registry',
  name = `${service.typeName}.${method.name}`,
): ServiceEndpoint {
  const schema = schemaOf(method.input);
  return create(ServiceEndpointSchema, {
    name,
    protocol: 'grpc',
    path: `/${service.typeName}/${method.name}`,
    parameters: bodyParameters(schema),
    requestSchema: JSON.stringify(schema),
    responseSchema: JSON.stringify(schemaOf(method.output)),
    example: JSON.stringify(exampleOf(schema), null, 2),
    clientStreaming: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    serverStreaming: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    source,
  });
}

/** A message as a JSON Schema, in the names of protobuf's JSON. */
function schemaOf(message: DescMessage, depth = 0): Schema {
  if (message.typeName === 'google.protobuf.Timestamp') return { type: 'string', format: 'date-time' };
  if (message.typeName.startsWith('google.protobuf.') || depth > MAX_DEPTH) return { type: 'object' };
  const properties = message.fields.map((field): [string, Schema] => {
    const one = (): Schema => {
      if (field.message) return schemaOf(field.message, depth + 1);
      if (field.enum) return { type: 'string', enum: field.enum.values.map(({ name }) => name) };
      if (field.scalar === ScalarType.BYTES) return { type: 'string', description: 'bytes, in base64' };
      return { type: scalarType(field.scalar ?? ScalarType.STRING) };
    };
    if (field.fieldKind === 'list') return [field.jsonName, { type: 'array', items: one() }];
    if (field.fieldKind === 'map') return [field.jsonName, { type: 'object' }];
    return [field.jsonName, one()];
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function scalarType(scalar: ScalarType): string {
  switch (scalar) {
    case ScalarType.BOOL:
      return 'boolean';
    case ScalarType.STRING:
      return 'string';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 'number';
    default:
      return 'integer';
  }
}
