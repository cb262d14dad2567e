import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import {
  LogQuerySchema,
  type ReadLogsRequest,
  type ReadLogsResponse,
  ReadLogsResponseSchema,
} from '../../../../shared/contract/gen/logs_pb.ts';
import { ownLogs } from '../../../../shared/contract/ownLogs.ts';
import type { LogStore } from '../../logs/logStore.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** Serves `ReadLogs`. Throws `service.not-found` and `logs.run-not-found`. */
export async function* readLogs(
  logs: LogStore,
  runtime: Runtime,
  request: ReadLogsRequest,
  context: HandlerContext,
): AsyncGenerator<ReadLogsResponse> {
  const query = request.query ?? create(LogQuerySchema, {});
  if (query.services.length > 0) {
    query.services = await knownLogs(logs, runtime, query.services);
    if (query.run > 0) await requireRun(logs, query.services, query.run);
  }
  if (request.countOnly) {
    yield create(ReadLogsResponseSchema, { count: await logs.count(query, context.signal) });
    return;
  }
  const options = { query, tail: request.tail, follow: request.follow, limit: request.limit };
  for await (const batch of logs.read(options, context.signal)) yield create(ReadLogsResponseSchema, batch);
}

/** The logs that are meant. `gateway` and `proxy` are the access logs, unless a service has this name. */
async function knownLogs(logs: LogStore, runtime: Runtime, names: readonly string[]): Promise<string[]> {
  const withLogs = new Set(await logs.services());
  return names.map((name) => {
    if (withLogs.has(name) || runtime.service(name)) return name;
    const own = Object.values(ownLogs).find((log) => log === name || log === `micro.${name}`);
    if (own === undefined) throw unknownService(name);
    return own;
  });
}

/** A run that was cut off by age or size is as unknown as one that never was. */
async function requireRun(logs: LogStore, services: readonly string[], run: number): Promise<void> {
  const found = await Promise.all(services.map((service) => logs.runs(service, Number.MAX_SAFE_INTEGER)));
  if (found.some((runs) => runs.some((info) => info.run === run))) return;
  const newest = Math.max(0, ...found.flatMap((runs) => runs.map((info) => info.run)));
  throw new MicroError('logs.run-not-found', `${services.join(', ')} has no run ${run}`, {
    next: newest > 0 ? `the newest is ${newest}` : 'it was never started',
    details: { run },
  });
}

/** No service and no log has this name. */
export function unknownService(name: string): MicroError {
  return new MicroError('service.not-found', `there is no service "${name}"`, {
    next: 'list them with: micro services',
  });
}
