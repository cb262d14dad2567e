import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { MicroError } from '../../../../shared/contract/errors.ts';
import {
  Registry as RegistryContract,
  type Result,
  ResultSchema,
  type ServiceSchema,
  type Value,
  type WatchRequest,
} from '../../../../shared/contract/gen/registry_pb.ts';
import { forbidden } from '../../auth/checkAccess.ts';
import type { Registry, RegistryService, RegistryValue } from '../../registry/registry.ts';
import { callerOf } from './callerContext.ts';
import { eventsOf } from './eventStream.ts';

/**
 * Serves micro's `registry.Registry` on our registry. `isInstance` knows the ids of instances that the runtime has: it alone
 * says when they are ready and where they are, so such a registration tells what they offer and no more.
 */
export function registryService(
  router: ConnectRouter,
  registry: Registry,
  isInstance: (service: string, id: string) => boolean,
): void {
  router.service(RegistryContract, {
    getService(request) {
      const service = registry.get(request.service);
      if (!service) throw new MicroError('service.not-found', `no service "${request.service}" is registered`);
      return { services: [toMessage(service)] };
    },
    listServices() {
      return { services: registry.list().map(toMessage) };
    },
    register(request, context) {
      if (!request.name) throw new MicroError('api.invalid', 'name is empty');
      checkOwnName(request.name, context);
      const { metadata } = request;
      const endpoints = request.endpoints.map(({ name, metadata: said, request: takes, response: gives }) => ({
        name,
        metadata: said,
        request: valueOf(takes),
        response: valueOf(gives),
      }));
      for (const node of request.nodes) {
        if (isInstance(request.name, node.id)) {
          registry.describe(request.name, node.id, { metadata, endpoints });
          continue;
        }
        const [host, port] = splitAddress(node.address, Number(node.port));
        registry.register(
          { name: request.name, version: request.version, metadata, endpoints },
          { id: node.id, address: host, port, metadata: node.metadata },
          Number(request.options?.ttl ?? 0) || undefined,
        );
      }
      return {};
    },
    deregister(request, context) {
      checkOwnName(request.name, context);
      for (const node of request.nodes) {
        if (!isInstance(request.name, node.id)) registry.deregister(request.name, node.id);
      }
      return {};
    },
    watch: (request, context) => watch(registry, request, context),
  });
}

/** A service speaks for itself alone: with another's name it would get calls that are not for it. */
function checkOwnName(name: string, context: HandlerContext): void {
  const caller = callerOf(context);
  if (caller.service !== undefined && caller.service !== name)
    throw forbidden(caller, `the name of the service ${name}`);
}

function watch(registry: Registry, request: WatchRequest, context: HandlerContext): AsyncIterable<Result> {
  return eventsOf(registry.onDidChange, context.signal, (change) =>
    request.service && change.service.name !== request.service
      ? undefined
      : create(ResultSchema, {
          action: change.action,
          service: toMessage(change.service),
          timestamp: BigInt(Math.floor(change.at / 1000)),
        }),
  );
}

function toMessage(service: RegistryService): MessageInitShape<typeof ServiceSchema> {
  return {
    name: service.name,
    version: service.version,
    metadata: service.metadata,
    endpoints: service.endpoints.map(({ name, metadata, request, response }) => ({
      name,
      metadata,
      ...(request ? { request } : {}),
      ...(response ? { response } : {}),
    })),
    nodes: service.nodes.map((node) => ({
      id: node.id,
      address: `${node.address}:${node.port}`,
      port: BigInt(node.port),
      metadata: node.metadata,
    })),
  };
}

/** Levels of a type that are kept; micro's own clients send three. */
const MAX_VALUE_DEPTH = 8;

function valueOf(value: Value | undefined, depth = 0): RegistryValue | undefined {
  if (!value || depth > MAX_VALUE_DEPTH) return undefined;
  const values = value.values.map((one) => valueOf(one, depth + 1)).filter((one) => one !== undefined);
  return { name: value.name, type: value.type, values };
}

/** micro's clients send `host:port` as the address, older ones host and port apart. */
function splitAddress(address: string, port: number): [host: string, port: number] {
  const match = /^(.*):(\d+)$/.exec(address);
  const result: [string, number] = match ? [match[1] as string, Number(match[2])] : [address, port];
  if (!result[0] || !(result[1] > 0 && result[1] < 65536)) {
    throw new MicroError('api.invalid', `the node address "${address}" has no host or port`);
  }
  return result;
}
