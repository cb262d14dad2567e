import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { Broker as BrokerContract } from '../../../shared/contract/gen/broker_pb.ts';
import { Accounts, Auth, Rules } from '../../../shared/contract/gen/auth_pb.ts';
import { Authority } from '../../../shared/contract/gen/authority_pb.ts';
import { Console } from '../../../shared/contract/gen/calls_pb.ts';
import { ConfigHistory } from '../../../shared/contract/gen/config_history_pb.ts';
import { Config as ConfigContract } from '../../../shared/contract/gen/config_pb.ts';
import { Debug } from '../../../shared/contract/gen/debug_pb.ts';
import { Environments } from '../../../shared/contract/gen/environments_pb.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { Store as EventStore, Stream } from '../../../shared/contract/gen/events_pb.ts';
import { Records } from '../../../shared/contract/gen/records_pb.ts';
import { Registry as RegistryContract } from '../../../shared/contract/gen/registry_pb.ts';
import { Runtime as RuntimeContract } from '../../../shared/contract/gen/runtime_pb.ts';
import { SecretKey } from '../../../shared/contract/gen/secret_key_pb.ts';
import { Settings } from '../../../shared/contract/gen/settings_pb.ts';
import { BlobStore, Store as StoreContract } from '../../../shared/contract/gen/store_pb.ts';
import { Terminals } from '../../../shared/contract/gen/terminals_pb.ts';
import { Topics } from '../../../shared/contract/gen/topics_pb.ts';
import { Traces } from '../../../shared/contract/gen/traces_pb.ts';
import { Traffic } from '../../../shared/contract/gen/traffic_pb.ts';
import type { Config } from '../config/config.ts';
import type { Broker } from '../events/broker.ts';
import type { EventLog } from '../events/eventLog.ts';
import type { Registry } from '../registry/registry.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TerminalHost } from '../terminals/terminalHost.ts';
import type { CallStats } from '../traffic/callStats.ts';
import { brokerService } from './rpc/brokerService.ts';
import { RpcPaths } from './rpcPaths.ts';
import { authService, type AuthServiceOptions } from './rpc/authService.ts';
import { blobService, type BlobServiceOptions } from './rpc/blobService.ts';
import { configService } from './rpc/configService.ts';
import { consoleService, type ConsoleServiceOptions } from './rpc/consoleService.ts';
import { debugService } from './rpc/debugService.ts';
import { desktopService, type DesktopServiceOptions } from './rpc/desktopService.ts';
import type { ClusterServers } from '../environments/clusterServers.ts';
import { environmentsService } from './rpc/environmentsService.ts';
import { eventsService } from './rpc/eventsService.ts';
import { receiptStream } from './rpc/receiptStream.ts';
import { recordsService, type RecordsServiceOptions } from './rpc/recordsService.ts';
import { registryService } from './rpc/registryService.ts';
import { runtimeService } from './rpc/runtimeService.ts';
import { secretKeyService, type SecretKeyServiceOptions } from './rpc/secretKeyService.ts';
import { settingsService, type SettingsServiceOptions } from './rpc/settingsService.ts';
import { storeService } from './rpc/storeService.ts';
import { terminalsService } from './rpc/terminalsService.ts';
import { topicsService } from './rpc/topicsService.ts';
import { tracesService, type TracesServiceOptions } from './rpc/tracesService.ts';
import { trafficService, type TrafficServiceOptions } from './rpc/trafficService.ts';

/** Every service of the contract that this server answers; first those that the window asks as it opens, see {@link RpcPaths}. */
export const contractServices: readonly DescService[] = [
  Desktop,
  Terminals,
  Traffic,
  Traces,
  Console,
  Environments,
  Settings,
  SecretKey,
  RuntimeContract,
  RegistryContract,
  StoreContract,
  BlobStore,
  Records,
  ConfigContract,
  ConfigHistory,
  Stream,
  EventStore,
  Topics,
  BrokerContract,
  Auth,
  Accounts,
  Rules,
  Authority,
  Debug,
];

/** Paths of all methods of the contract, `/package.Service/Method`. */
export const rpcPaths = new RpcPaths(contractServices);

/** Collaborators of {@link apiRoutes}. */
export interface ApiOptions
  extends DesktopServiceOptions,
    TrafficServiceOptions,
    TracesServiceOptions,
    ConsoleServiceOptions,
    SettingsServiceOptions,
    SecretKeyServiceOptions,
    RecordsServiceOptions,
    BlobServiceOptions,
    AuthServiceOptions {
  runtime: Runtime;
  logs: DesktopServiceOptions['logs'];
  registry: Registry;
  config: Config;
  events: EventLog;
  broker: Broker;
  callStats: Pick<CallStats, 'byService'>;
  terminals: TerminalHost;
  startedAt: number;
  /** MICRO_HOME, where the environments are listed. */
  home: string;
  /** Those of environments that are clusters. */
  clusters: ClusterServers;
}

/** The contract's handlers, for one router. */
export function apiRoutes(options: ApiOptions): (router: ConnectRouter) => void {
  return (router) => {
    desktopService(router, options);
    terminalsService(router, options.terminals, options.clock);
    runtimeService(router, options.runtime, options.logs);
    registryService(router, options.registry, (service, id) =>
      options.runtime
        .services()
        .some(({ name, instances }) => name === service && instances.some((one) => one.id === id)),
    );
    storeService(router, options.store);
    blobService(router, options);
    recordsService(router, options);
    configService(router, options.config);
    eventsService(router, options.events);
    topicsService(router, options);
    brokerService(router, options.broker);
    authService(router, options);
    trafficService(router, options);
    tracesService(router, options);
    consoleService(router, options);
    settingsService(router, options);
    secretKeyService(router, options);
    environmentsService(router, options.home, options.clusters);
    debugService(router, options.clock, options.startedAt, options.callStats);
  };
}

/** Methods that are another thing over gRPC than over Connect, for micro's own clients. */
export function grpcRoutes({ events }: Pick<ApiOptions, 'events'>): (router: ConnectRouter) => void {
  return (router) => receiptStream(router, events);
}
