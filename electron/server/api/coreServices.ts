import { type DescField, type DescMessage, type DescService, ScalarType } from '@bufbuild/protobuf';
import { CORE_KIND, type RegistryEndpoint, type RegistryService, type RegistryValue } from '../registry/registry.ts';

/** Levels of a message that are described; micro's own services say three. */
const MAX_DEPTH = 3;

/** Our own package, for what micro never had: window and command line speak it, nobody else needs to. */
const OWN_PACKAGE = 'desktop';

/**
 * What micro itself offers, as services of the registry: one for each package of the contract, with its endpoints, at the
 * address of the proxy port.
 */
export function coreServices(
  contract: readonly DescService[],
  version: string,
  address: string,
  port: number,
): RegistryService[] {
  const byName = new Map<string, RegistryEndpoint[]>();
  for (const service of contract) {
    const name = service.file.proto.package;
    if (name === OWN_PACKAGE || name === '') continue;
    byName.set(name, [...(byName.get(name) ?? []), ...endpointsOf(service)]);
  }
  return [...byName].map(([name, endpoints]) => ({
    name,
    version,
    metadata: { kind: CORE_KIND },
    endpoints,
    nodes: [{ id: `${CORE_KIND}-${name}`, address, port, metadata: { kind: CORE_KIND, protocol: 'grpc' } }],
  }));
}

function endpointsOf(service: DescService): RegistryEndpoint[] {
  return service.methods.map(({ name, input, output, methodKind }) => ({
    name: `${service.name}.${name}`,
    request: messageValue(input.name, input, 1),
    response: messageValue(output.name, output, 1),
    metadata:
      methodKind === 'unary'
        ? {}
        : { stream: 'true', streams: methodKind === 'server_streaming' ? 'server' : 'client' },
  }));
}

function messageValue(name: string, message: DescMessage, depth: number): RegistryValue {
  return {
    name,
    type: message.name,
    values: depth > MAX_DEPTH ? [] : message.fields.map((field) => fieldValue(field, depth)),
  };
}

/** A field in the words of Go, as micro's services describe theirs. */
function fieldValue(field: DescField, depth: number): RegistryValue {
  const { jsonName: name } = field;
  if (field.fieldKind === 'map') return { name, type: 'map', values: [] };
  const list = field.fieldKind === 'list' ? '[]' : '';
  if (field.message) {
    const { type, values } = messageValue(name, field.message, depth + 1);
    return { name, type: list + type, values };
  }
  return { name, type: list + (field.enum ? 'string' : goType(field.scalar as ScalarType)), values: [] };
}

function goType(scalar: ScalarType): string {
  switch (scalar) {
    case ScalarType.BOOL:
      return 'bool';
    case ScalarType.DOUBLE:
      return 'float64';
    case ScalarType.FLOAT:
      return 'float32';
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 'string';
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return 'uint32';
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return 'uint64';
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return 'int64';
    default:
      return 'int32';
  }
}
