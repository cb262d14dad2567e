import { create, createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { ServiceEndpoint } from '../../../shared/contract/gen/calls_pb.ts';
import {
  type ReflectionRequest,
  ReflectionRequestSchema,
  type ReflectionResponse,
  ServerReflection,
} from '../../../shared/contract/gen/grpc_reflection_pb.ts';
import { ServerReflection as OlderReflection } from '../../../shared/contract/gen/grpc_reflection_v1alpha_pb.ts';
import type { RegistryNode } from '../registry/registry.ts';
import { grpcEndpoint } from './grpcEndpoint.ts';

/** ms that a service has to describe itself. What it says in vain is asked for again by hand alone, so it gets its time. */
const TIMEOUT_MS = 10_000;

/** Services that every server of gRPC has for its own sake. */
const OWN_SERVICES = /^grpc\.(?:reflection|health|channelz)\./;

/** What a service of gRPC said of itself. */
export interface Reflected {
  endpoints: ServiceEndpoint[];
  /** Its types, to make messages from JSON and back. */
  registry: FileRegistry;
}

/** Asks a node for its services and types. Rejects when it does not speak gRPC, or does not tell. */
export async function reflect(node: RegistryNode): Promise<Reflected> {
  const host = node.address.includes(':') ? `[${node.address}]` : node.address;
  const transport = createGrpcTransport({ baseUrl: `http://${host}:${node.port}`, defaultTimeoutMs: TIMEOUT_MS });
  try {
    return await reflectWith(transport, ServerReflection);
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unimplemented) throw error;
    return reflectWith(transport, OlderReflection);
  }
}

type Asked = NonNullable<Parameters<typeof create<typeof ReflectionRequestSchema>>[1]>['messageRequest'];

async function reflectWith(
  transport: Transport,
  service: typeof ServerReflection | typeof OlderReflection,
): Promise<Reflected> {
  const ask = async (messageRequest: NonNullable<Asked>): Promise<ReflectionResponse['messageResponse']> => {
    const client = createClient(service as typeof ServerReflection, transport);
    const request = create(ReflectionRequestSchema, { messageRequest });
    for await (const { messageResponse } of client.serverReflectionInfo(once(request))) {
      if (messageResponse.case === 'errorResponse') throw new Error(messageResponse.value.errorMessage);
      return messageResponse;
    }
    throw new Error('no answer');
  };
  const list = await ask({ case: 'listServices', value: '*' });
  const names = list.case === 'listServicesResponse' ? list.value.service.map(({ name }) => name) : [];
  const files = new Map<string, FileDescriptorProto>();
  const take = (response: ReflectionResponse['messageResponse']): void => {
    if (response.case !== 'fileDescriptorResponse') return;
    for (const bytes of response.value.fileDescriptorProto) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      file.messageType.forEach(nameInJson);
      files.set(file.name, file);
    }
  };
  const wanted = names.filter((name) => !OWN_SERVICES.test(name));
  for (const name of wanted) take(await ask({ case: 'fileContainingSymbol', value: name }));
  for (let missing = missingFile(files); missing !== undefined; missing = missingFile(files)) {
    take(await ask({ case: 'fileByFilename', value: missing }));
    if (!files.has(missing)) throw new Error(`it does not describe ${missing}`);
  }
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: sorted(files) }));
  const endpoints = wanted.flatMap((name) => {
    const found = registry.getService(name);
    return found ? found.methods.map((method) => grpcEndpoint(found, method, 'reflection')) : [];
  });
  return { endpoints, registry };
}

/**
 * Gives the fields of a message their names in JSON. Compilers of protobuf write them down; servers that make their
 * descriptors at run time (grpc-js) leave them out, and without them every field were called "".
 */
function nameInJson({ field, nestedType }: DescriptorProto): void {
  for (const one of field) {
    one.jsonName ||= one.name.replace(/_+([A-Za-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
  }
  nestedType.forEach(nameInJson);
}

async function* once(request: ReflectionRequest): AsyncGenerator<ReflectionRequest> {
  await Promise.resolve();
  yield request;
}

function missingFile(files: ReadonlyMap<string, FileDescriptorProto>): string | undefined {
  for (const { dependency } of files.values()) {
    const missing = dependency.find((name) => !files.has(name));
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Files in an order in which each comes after those it imports. */
function sorted(files: ReadonlyMap<string, FileDescriptorProto>): FileDescriptorProto[] {
  const out = new Set<FileDescriptorProto>();
  const add = (name: string): void => {
    const file = files.get(name);
    if (!file || out.has(file)) return;
    for (const one of file.dependency) add(one);
    out.add(file);
  };
  for (const name of files.keys()) add(name);
  return [...out];
}
