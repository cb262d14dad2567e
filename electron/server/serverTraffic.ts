import { AccessLogs } from './accessLogs.ts';
import type { CoreCallListener } from './api/http/apiPortOptions.ts';
import type { Credentials } from './api/http/credentials.ts';
import type { Authority } from './auth/authority.ts';
import { systemClock } from './base/clock.ts';
import { DisposableStore } from './base/lifecycle.ts';
import type { Logger } from './base/logger.ts';
import { callerLookup } from './callerLookup.ts';
import { Gateway } from './gateway/gateway.ts';
import { createConnectionOwners } from './host/connectionOwners.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { LogStore } from './logs/logStore.ts';
import { Proxy } from './proxy/proxy.ts';
import type { MemoryRegistry } from './registry/memoryRegistry.ts';
import type { Runtime } from './runtime/runtime.ts';
import { serviceStates } from './serviceStates.ts';
import type { SettingsFile } from './settings/settingsFile.ts';
import type { TraceStore } from './traces/traceStore.ts';
import { tellOwnAnswer } from './traffic/accessEntry.ts';
import { type Call, isFailed } from './traffic/call.ts';
import { Callers } from './traffic/callers.ts';
import { CallStats } from './traffic/callStats.ts';
import { CoreCalls } from './traffic/coreCalls.ts';
import { spanOfCall } from './traffic/callSpan.ts';
import type { InFlight } from './traffic/inFlight.ts';
import { RecentCalls } from './traffic/recentCalls.ts';
import { RecentTraces } from './traffic/recentTraces.ts';
import { TraceSampler } from './traffic/traceSampler.ts';
import { createTrafficGuard } from './trafficGuard.ts';
import { TrafficSettings } from './trafficSettings.ts';

/** What {@link createServerTraffic} works with. */
export interface ServerTrafficOptions {
  version: string;
  registry: MemoryRegistry;
  runtime: Runtime;
  logs: LogStore;
  settings: SettingsFile;
  traces: TraceStore;
  table: ProcessTable;
  inFlight: InFlight;
  authority: Authority;
  credentials: Credentials;
  logger: Logger;
}

/** Gateway and proxy with everything that watches them. */
export interface ServerTraffic {
  readonly gateway: Gateway;
  readonly proxy: Proxy;
  readonly callers: Callers;
  readonly callStats: CallStats;
  readonly recentCalls: RecentCalls;
  /** Enters what is asked of core services on the proxy port in the access log, and among the calls. */
  readonly coreCalls: CoreCallListener;
  /** Lets go of what watched; gateway and proxy are closed by whoever listens. */
  dispose(): void;
  /** Writes what waits for the access logs and ends them; the log store must still be open. */
  closeLogs(): Promise<void>;
}

/** Builds gateway and proxy; neither listens yet. */
export async function createServerTraffic(options: ServerTrafficOptions): Promise<ServerTraffic> {
  const { registry, runtime, inFlight, traces, credentials } = options;
  const store = new DisposableStore();
  const callStats = new CallStats(systemClock);
  const recentCalls = store.add(new RecentCalls());
  const sampler = new TraceSampler(systemClock);
  const settings = store.add(new TrafficSettings(options.settings, systemClock));
  await settings.load();
  const accessLogs = new AccessLogs({
    logs: options.logs,
    isLogged: (at) => settings.isLogged(at),
    clock: systemClock,
    logger: options.logger.child('logs'),
  });
  const callers = new Callers(callerLookup(createConnectionOwners(), options.table, runtime, systemClock));
  const handleCall = (call: Call): void => {
    callStats.add(call);
    recentCalls.add(call);
    if (call.traceId !== '' && sampler.keeps(call.traceId, isFailed(call))) traces.add(spanOfCall(call));
  };
  const serviceOfToken = (token: string): string | undefined => credentials.serviceOfToken(token);
  const keptBodyBytes = (): number => settings.current.keptBodyKilobytes * 1024;
  const ownPorts = new Set<number>();
  const recentTraces = new RecentTraces();
  const coreCalls = new CoreCalls({
    ...{ serviceOfToken, ownPorts, recentTraces, keptBodyBytes, clock: systemClock, onDidCall: handleCall },
    isCore: (name) => registry.isCore(name),
  });
  const shared = {
    registry,
    states: serviceStates(runtime),
    inFlight,
    callers,
    onDidAnswer: accessLogs.tell,
    keptBodyBytes,
    ownPorts,
    recentTraces,
    guard: createTrafficGuard(options.authority, credentials, callers),
    onDidCall: handleCall,
  };
  return {
    gateway: new Gateway({ ...shared, version: options.version }),
    proxy: new Proxy({
      ...shared,
      serviceOfToken,
      isOwnToken: (token: string) => token === credentials.token,
    }),
    callers,
    callStats,
    recentCalls,
    coreCalls: {
      handleCall(request, response, name) {
        if (!coreCalls.isOfGateway(request)) tellOwnAnswer('proxy', request, response, accessLogs.tell);
        coreCalls.watch(request, response, name);
      },
      handleSocket: (request, name) => coreCalls.watchSocket(request, name),
    },
    dispose: () => store.dispose(),
    closeLogs: () => accessLogs.close(),
  };
}
