import { create } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { LogQuerySchema } from '../../../../shared/contract/gen/logs_pb.ts';
import type { Service } from '../../../../shared/contract/gen/state_pb.ts';
import {
  type LogRecord,
  LogRecordSchema,
  type LogsRequest,
  type Resource,
  Runtime as RuntimeContract,
} from '../../../../shared/contract/gen/runtime_pb.ts';
import type { LogStore } from '../../logs/logStore.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { requireFolder, requireName } from './validate.ts';

/** Serves micro's `runtime.Runtime`: create, read, update, delete and logs of services, as micro's own clients ask. */
export function runtimeService(router: ConnectRouter, runtime: Runtime, logs: LogStore): void {
  router.service(RuntimeContract, {
    async create(request) {
      const service = serviceOf(request.resource);
      const options = request.options;
      const argv = [...(options?.command ?? []), ...(options?.args ?? [])];
      const added = await runtime.addService({
        name: requireName('resource.service.name', service.name),
        folder: requireFolder('resource.service.source', service.source),
        ...(argv.length > 0 ? { argv } : {}),
        env: environmentOf(options?.env ?? []),
        kind: options?.type === 'task' ? 'task' : 'service',
      });
      runtime.start([added.name], { withDependencies: true }, () => {}, new AbortController().signal).catch(() => {});
      return {};
    },
    read(request) {
      const { service = '', version = '' } = request.options ?? {};
      const services = runtime
        .services()
        .filter((candidate) => (!service || candidate.name === service) && (!version || candidate.version === version));
      return { services: services.map(toMicroService) };
    },
    async update(request) {
      const service = serviceOf(request.resource);
      await runtime.restart([service.name], () => {}, new AbortController().signal);
      return {};
    },
    async delete(request) {
      const service = serviceOf(request.resource);
      await runtime.stop([service.name], { force: false, withDependents: false }, () => {});
      if (runtime.service(service.name)?.declaredAt === '') await runtime.removeService(service.name);
      return {};
    },
    logs: (request, context) => readLogs(logs, runtime, request, context.signal),
  });
}

async function* readLogs(
  logs: LogStore,
  runtime: Runtime,
  request: LogsRequest,
  signal: AbortSignal,
): AsyncGenerator<LogRecord> {
  if (!runtime.service(request.service)) {
    throw new MicroError('service.not-found', `there is no service "${request.service}"`);
  }
  const query = create(LogQuerySchema, { services: [request.service] });
  const options = { query, tail: Number(request.count), follow: request.stream, limit: 0 };
  for await (const batch of logs.read(options, signal)) {
    for (const record of batch.records) {
      if (record.partial) continue;
      yield create(LogRecordSchema, {
        timestamp: BigInt(Math.floor(record.timeUs / 1_000_000)),
        metadata: { service: record.service, stream: record.stream, level: record.level, run: String(record.run) },
        message: record.text,
      });
    }
  }
}

function serviceOf(resource: Resource | undefined): NonNullable<Resource['service']> {
  if (resource?.service) return resource.service;
  throw new MicroError('api.invalid', 'resource.service is missing: only services can be created, updated or deleted');
}

function environmentOf(lines: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at <= 0) throw new MicroError('api.invalid', `options.env has "${line}", which is not NAME=value`);
    env[line.slice(0, at)] = line.slice(at + 1);
  }
  return env;
}

function toMicroService(service: Service) {
  const metadata: Record<string, string> = { source: service.folder, project: service.project };
  if (service.reason) metadata.error = service.reason;
  if (service.since) metadata.lastStatusUpdate = new Date(service.since).toISOString();
  const started = service.instances[0]?.startedAt;
  if (started) metadata.started = new Date(started).toISOString();
  metadata.retries = String(service.restarts);
  return {
    name: service.name,
    version: service.version || 'latest',
    source: service.folder,
    status: service.status as number,
    metadata,
  };
}
