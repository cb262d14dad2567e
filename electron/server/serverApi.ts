import { join } from 'node:path';
import type { ActionListener } from './runtime/runtime.ts';
import type { InfoResponse } from '../../shared/contract/gen/server_pb.ts';
import { apiRoutes, grpcRoutes, rpcPaths } from './api/api.ts';
import { doctor } from './api/doctor.ts';
import { Admission } from './api/http/admission.ts';
import { ApiPort } from './api/http/apiPort.ts';
import { blobMount } from './api/http/blobMount.ts';
import type { Credentials } from './api/http/credentials.ts';
import type { Sockets } from './api/http/sockets.ts';
import { ClusterServers } from './environments/clusterServers.ts';
import { findServer } from './findServer.ts';
import { EnvironmentRelay } from './api/http/environmentRelay.ts';
import { uploadMount } from './api/http/uploadMount.ts';
import { UiFiles } from './api/http/uiFiles.ts';
import { observedGraph } from './api/rpc/observedGraph.ts';
import type { UsageFeed } from './api/usageFeed.ts';
import type { Authority } from './auth/authority.ts';
import { systemClock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import type { EngineState } from './host/engineState.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { ShellEnvironment } from './host/shellEnvironment.ts';
import type { FileLogStore } from './logs/fileLogStore.ts';
import { discoverProject } from './project/discovery.ts';
import { writeProject } from './project/writeProject.ts';
import type { MemoryRegistry } from './registry/memoryRegistry.ts';
import type { Runtime } from './runtime/runtime.ts';
import { createServerConsole } from './serverConsole.ts';
import type { ServerEvents } from './serverEvents.ts';
import type { ServerPorts } from './serverPorts.ts';
import type { ServerState } from './serverState.ts';
import type { ServerTraffic } from './serverTraffic.ts';
import type { SettingsFile } from './settings/settingsFile.ts';
import type { TerminalHost } from './terminals/terminalHost.ts';
import type { MetricBoard } from './traces/metricBoard.ts';
import type { ServerRegistry } from './serverRegistry.ts';
import type { TraceStore } from './traces/traceStore.ts';
import { isCoreName } from './traffic/coreCalls.ts';

/** What {@link createServerApi} works with: the parts of a server. */
export interface ServerApiOptions {
  home: string;
  /** The built page; absent: none is served. */
  uiFolder: string | undefined;
  /** False from the moment that the server begins to end. */
  isReady: () => boolean;
  /** One more `host:port` that the proxy port answers for. */
  advertised: string | undefined;
  /** ms since 1970. */
  startedAt: number;
  logger: Logger;
  ports: ServerPorts;
  credentials: Credentials;
  authority: Authority;
  sockets: Sockets;
  state: ServerState;
  events: ServerEvents;
  traffic: ServerTraffic;
  runtime: Runtime;
  registry: MemoryRegistry;
  shared: Pick<ServerRegistry, 'uploads' | 'servers' | 'elsewhere'>;
  logs: FileLogStore;
  traces: TraceStore;
  metrics: MetricBoard;
  terminals: TerminalHost;
  usage: UsageFeed;
  settings: SettingsFile;
  shell: ShellEnvironment;
  table: ProcessTable;
  info: () => InfoResponse;
  /** How what the server keeps its state in is. */
  engines: () => EngineState[];
  /** A client asks the server to end. */
  shutdown: (listener: ActionListener) => Promise<void>;
}

/** Puts the contract before the parts of a server; it does not listen yet. */
export function createServerApi(options: ServerApiOptions): ApiPort {
  const { home, ports, credentials, authority, events, traffic, runtime, registry, logs, state } = options;
  const clusters = new ClusterServers(home, findServer);
  const relay = new EnvironmentRelay(home, clusters);
  return new ApiPort({
    relay,
    admission: new Admission(credentials, authority),
    logger: options.logger.child('api'),
    rpcPaths,
    advertised: options.advertised,
    isReady: options.isReady,
    sockets: options.sockets,
    mounts: [
      ...events.mounts,
      blobMount(state.blobs, options.logger.child('blobs')),
      uploadMount(options.shared.uploads, options.logger.child('uploads')),
    ],
    ui: options.uiFolder ? new UiFiles(options.uiFolder, credentials, () => ports.proxyPort) : undefined,
    traffic: traffic.proxy,
    coreCalls: traffic.coreCalls,
    grpcRoutes: grpcRoutes(events),
    routes: apiRoutes({
      home,
      clusters,
      runtime,
      logs,
      registry,
      graph: (windowMs) =>
        observedGraph(runtime.graph(), traffic.callStats, windowMs, {
          flows: events.flows.flows(windowMs),
          isCore: (name) => isCoreName(name, (one) => registry.isCore(one)),
        }),
      graphStamp: (windowMs) =>
        `${runtime.graphRevision} ${traffic.callStats.stamp(windowMs)} ${events.flows.stamp(windowMs)}`,
      calls: traffic.recentCalls,
      callStats: traffic.callStats,
      traces: options.traces,
      metrics: options.metrics,
      ...createServerConsole({
        home,
        registry,
        recentCalls: traffic.recentCalls,
        runtime,
        gateway: () => ports.addresses?.gateway ?? '',
        token: credentials.token,
      }),
      terminals: options.terminals,
      projects: { discover: discoverProject, write: writeProject },
      usage: options.usage,
      settings: options.settings,
      store: state.records,
      config: state.config,
      key: state.key,
      events: events.events,
      broker: events.broker,
      authority,
      blobs: state.blobs,
      restoreFolder: join(home, 'store'),
      logBytes: () => logs.storedBytes(),
      clock: systemClock,
      startedAt: options.startedAt,
      info: options.info,
      servers: options.shared,
      doctor: () =>
        doctor({
          home,
          server: ports.addresses,
          services: () => runtime.services(),
          engines: options.engines,
          isKeyOpen: async () => (await state.key.place()).open,
          environment: async () => (await options.shell.read()).env,
          processes: options.table,
        }),
      shutdown: options.shutdown,
    }),
  });
}
