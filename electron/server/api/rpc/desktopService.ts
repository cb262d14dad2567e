import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import type { ActionEvent } from '../../../../shared/contract/gen/actions_pb.ts';
import { Desktop } from '../../../../shared/contract/gen/desktop_pb.ts';
import type { Candidate } from '../../../../shared/contract/gen/projects_pb.ts';
import type { GraphResponse } from '../../../../shared/contract/gen/graph_pb.ts';
import type { DoctorResponse, InfoResponse } from '../../../../shared/contract/gen/server_pb.ts';
import { Kind } from '../../../../shared/contract/gen/state_pb.ts';
import type { WatchUsageResponse } from '../../../../shared/contract/gen/usage_pb.ts';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { LogStore } from '../../logs/logStore.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type UsagePoint, usageSpanMs } from '../usageHistory.ts';
import { eventsOf, streamOf } from './eventStream.ts';
import { readLogs, unknownService } from './readLogs.ts';
import { selectServices } from './selectServices.ts';
import { stateFeed } from './stateFeed.ts';
import { type EnvironmentServers, statusResponse } from './statusResponse.ts';
import { requireFolder, requireName } from './validate.ts';

/** Finds services in folders without micro.yaml and writes one. */
export interface ProjectFiles {
  discover(folder: string): Promise<{ name: string; hasManifest: boolean; candidates: Candidate[] }>;
  write(folder: string, name: string, candidates: readonly Candidate[]): Promise<string>;
}

/** Samples CPU and memory while somebody listens, and keeps the last hour of it. */
export interface UsageSource {
  /** `mayRest`: fewer samples will do while all services are quiet. */
  subscribe(periodMs: number, listener: (usage: WatchUsageResponse) => void, mayRest: boolean): Disposable;
  /** What was sampled of a service after `since`, ms since 1970, oldest first. */
  points(service: string, since: number): UsagePoint[];
}

/** Collaborators of {@link desktopService}. */
export interface DesktopServiceOptions {
  runtime: Runtime;
  logs: LogStore;
  projects: ProjectFiles;
  usage: UsageSource;
  servers: EnvironmentServers;
  /** The graph with figures of the given window. */
  graph: (windowMs: number) => GraphResponse;
  clock: Clock;
  info: () => InfoResponse;
  doctor: () => Promise<DoctorResponse>;
  shutdown: (listener: (event: ActionEvent) => void) => Promise<void>;
}

/** ms between two usage samples when the client does not say; a second is what a person can follow. */
const DEFAULT_USAGE_PERIOD_MS = 1000;

/** Shortest period a client can ask for; below it the sampling itself would be what it measures. */
const MIN_USAGE_PERIOD_MS = 250;

/** Serves our own `desktop.Desktop`. */
export function desktopService(router: ConnectRouter, options: DesktopServiceOptions): void {
  const { runtime } = options;
  router.service(Desktop, {
    info: () => options.info(),
    watch: (_request, context) => stateFeed(runtime, options.info, options.clock, context.signal),
    status(request) {
      return statusResponse(runtime, options.servers, request.services);
    },

    async openProject(request) {
      const folder = requireFolder('folder', request.folder);
      const opened = await runtime.openProject(folder);
      if (request.start) {
        // The start goes on behind the answer; what becomes of it is in the state that everybody watches.
        runtime
          .start(
            runtime.defaultServices(opened.project.name),
            { withDependencies: true },
            () => {},
            new AbortController().signal,
          )
          .catch(() => {});
      }
      return opened;
    },
    async closeProject(request) {
      await runtime.closeProject(requireName('name', request.name), () => {});
      return {};
    },
    async discoverProject(request) {
      const found = await options.projects.discover(requireFolder('folder', request.folder));
      return { name: found.name, hasManifest: found.hasManifest, candidates: found.candidates };
    },
    async writeProject(request) {
      const folder = requireFolder('folder', request.folder);
      return { manifest: await options.projects.write(folder, request.name, request.services) };
    },

    async addService(request) {
      const service = await runtime.addService({
        folder: requireFolder('folder', request.folder),
        ...(request.name ? { name: requireName('name', request.name) } : {}),
        ...(request.command.length > 0 ? { argv: request.command } : {}),
        env: request.env,
        ...(request.port > 0 ? { port: request.port } : {}),
        kind: request.kind === Kind.TASK ? 'task' : 'service',
      });
      return { service };
    },
    async removeService(request) {
      await runtime.removeService(requireName('name', request.name));
      return {};
    },

    start: (request, context) =>
      action(context, (report) =>
        runtime.start(
          selectServices(runtime, request, (project) => runtime.defaultServices(project)),
          {
            withDependencies: request.withDependencies,
            args: request.args,
            ...(request.port ? { port: requirePort(request.port) } : {}),
            freePorts: request.freePorts,
            ...(Object.keys(request.env).length > 0 ? { env: request.env } : {}),
          },
          report,
          context.signal,
        ),
      ),
    stop: (request, context) =>
      action(context, (report) =>
        runtime.stop(
          selectServices(runtime, request),
          { force: request.force, withDependents: request.withDependents },
          report,
        ),
      ),
    restart: (request, context) =>
      action(context, (report) =>
        runtime.restart(selectServices(runtime, request), report, context.signal, { rolling: request.rolling }),
      ),
    plan(request) {
      const names = request.services.map((name) => known(name).name);
      return request.stop ? { stops: runtime.planStop(names) } : { starts: runtime.plan(names) };
    },
    async portClashes(request) {
      return { clashes: await runtime.portClashes(request.services.map((name) => known(name).name)) };
    },
    debug: (request, context) =>
      action(context, (report) => runtime.debug(known(request.service).name, report, context.signal)),
    async attach({ service, port, pid, instance, folder }) {
      if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) throw notAPort(String(port));
      return { service: await runtime.attach(requireName('service', service), { port, pid, instance, folder }) };
    },
    async detach(request) {
      await runtime.detach(known(request.service).name);
      return {};
    },
    join: (request) => runtime.join(requireName('service', request.service), request.folder),
    rollBack: (request, context) =>
      action(context, (report) =>
        runtime.rollBack(known(request.service).name, request.version || undefined, report, context.signal),
      ),
    scale: (request, context) =>
      action(context, (report) => runtime.scale(known(request.service).name, request.replicas, report, context.signal)),
    setReload: (request) => ({
      services: runtime.pauseReload(selectServices(runtime, request), request.paused),
    }),
    explainFile: (request) => runtime.explainFile(known(request.service).name, requireFolder('path', request.path)),
    shutdown: (_request, context) => action(context, (report) => options.shutdown(report)),

    environment: (request) => runtime.environment(known(request.service).name, request.reveal),
    async runs(request) {
      return { runs: await runtime.runs(requireName('service', request.service), request.limit || 50) };
    },
    graph: (request) => options.graph(request.windowMs),
    usageHistory: ({ service, since }) => ({
      points: options.usage.points(known(service).name, since).map((point) => ({ ...point, ports: [...point.ports] })),
      spanMs: usageSpanMs,
    }),
    watchUsage(request, { signal }) {
      const periodMs = Math.max(MIN_USAGE_PERIOD_MS, request.periodMs || DEFAULT_USAGE_PERIOD_MS);
      return eventsOf<WatchUsageResponse, WatchUsageResponse>(
        (listener) => options.usage.subscribe(periodMs, listener, request.periodMs === 0),
        signal,
        (usage) => usage,
      );
    },

    readLogs: (request, context) => readLogs(options.logs, runtime, request, context),
    doctor: () => options.doctor(),
  });

  function known(name: string): NonNullable<ReturnType<Runtime['service']>> {
    const service = runtime.service(name);
    if (!service) throw unknownService(name);
    return service;
  }
}

const MAX_PORT = 65_535;

function requirePort(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= MAX_PORT) return port;
  throw notAPort(text);
}

function notAPort(text: string): MicroError {
  return new MicroError('api.invalid', `"${text}" is not a port`, { next: `give a number from 1 to ${MAX_PORT}` });
}

function action(
  context: HandlerContext,
  run: (report: (event: ActionEvent) => void) => Promise<void>,
): AsyncGenerator<ActionEvent> {
  return streamOf(run, context.signal);
}
