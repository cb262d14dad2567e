import type { Authority } from './auth/authority.ts';
import type { Credentials } from './api/http/credentials.ts';
import { systemClock } from './base/clock.ts';
import { eitherOf } from './base/event.ts';
import type { Logger } from './base/logger.ts';
import { bundledSdk } from './bundledSdk.ts';
import type { Config } from './config/config.ts';
import type { KeyKeeper } from './config/keyKeeper.ts';
import { keepServiceAccount } from './createAuthority.ts';
import { ChildLauncher } from './host/childLauncher.ts';
import { runtimeFiles } from './host/files.ts';
import { Ports } from './host/ports.ts';
import type { FolderWatcher } from './host/folderWatcher.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { SystemProcessTrees } from './host/processTrees.ts';
import type { PtyLauncher } from './host/ptyLauncher.ts';
import type { ShellEnvironment } from './host/shellEnvironment.ts';
import type { LogStore } from './logs/logStore.ts';
import type { MemoryRegistry } from './registry/memoryRegistry.ts';
import { createLocalRuntime } from './runtime/localRuntime.ts';
import type { KubernetesRuntimeOptions } from './runtime/kubernetes/kubernetesRuntime.ts';
import type { LocalRuntimeOptions } from './runtime/options.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { StartPermit } from './runtime/startPermit.ts';
import type { ServerFile } from './serverFile.ts';
import type { TerminalHost } from './terminals/terminalHost.ts';
import type { InFlight } from './traffic/inFlight.ts';

/** The document that micro.yaml names values of; the one that `micro config` means when none is named. */
const PROJECT_NAMESPACE = 'micro';

/** What {@link createServerRuntime} works with. */
export interface ServerRuntimeOptions {
  home: string;
  logger: Logger;
  table: ProcessTable;
  trees: SystemProcessTrees;
  ptyLauncher: PtyLauncher;
  watcher: FolderWatcher;
  shell: ShellEnvironment;
  terminals: TerminalHost;
  logs: LogStore;
  registry: MemoryRegistry;
  config: Config;
  /** The key of its secrets. */
  key: Pick<KeyKeeper, 'onDidOpen'>;
  authority: Authority;
  credentials: Credentials;
  inFlight: InFlight;
  /** Where the server listens; undefined before it does, and no service starts before. */
  addresses: () => ServerFile | undefined;
  /** The cluster that services run in; undefined: they run on this machine. */
  kubernetes: KubernetesRuntimeOptions | undefined;
  /** Says what may be started here, where several servers form one environment. */
  permit: StartPermit | undefined;
  /** Where reports of OpenTelemetry are taken, over HTTP. */
  otlp: () => string;
}

/** Makes the runtime of a server: services as processes of this machine, or in a cluster. Rejects with `kubernetes.*`. */
export async function createServerRuntime(options: ServerRuntimeOptions): Promise<Runtime> {
  const { logger, config, key, authority, credentials, table } = options;
  const runtimeOptions: LocalRuntimeOptions = {
    home: options.home,
    clock: systemClock,
    logger: logger.child('runtime'),
    launcher: new ChildLauncher(),
    ptyLauncher: options.ptyLauncher,
    terminals: options.terminals.live,
    trees: options.trees,
    processes: table,
    ports: new Ports(table),
    files: runtimeFiles,
    logs: options.logs,
    registry: options.registry,
    systemEnvironment: async () => (await options.shell.read()).env,
    config: (path, asked) => config.get(PROJECT_NAMESPACE, path, asked),
    onDidChangeConfig: eitherOf(config.onDidChange, key.onDidOpen),
    serverAddresses: () => {
      const addresses = options.addresses();
      if (!addresses) throw new Error('the server does not listen yet');
      return {
        gateway: addresses.gateway,
        proxy: addresses.proxy.slice('http://'.length),
        otlp: options.otlp(),
        sdk: bundledSdk()?.href,
      };
    },
    serviceToken: (service) => {
      if (authority.enabled) keepServiceAccount(authority, service, logger);
      return credentials.serviceToken(service);
    },
    inFlight: options.inFlight,
    watcher: options.watcher,
    permit: options.permit,
  };
  if (options.kubernetes === undefined) return createLocalRuntime(runtimeOptions);
  const { createKubernetesRuntime } = await import('./runtime/kubernetes/kubernetesRuntime.ts');
  return createKubernetesRuntime(runtimeOptions, options.kubernetes);
}
