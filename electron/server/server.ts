import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { type InfoResponse, InfoResponseSchema } from '../../shared/contract/gen/server_pb.ts';
import { Status } from '../../shared/contract/gen/state_pb.ts';
import { ownLogs } from '../../shared/contract/ownLogs.ts';
import { contractServices } from './api/api.ts';
import { coreServices } from './api/coreServices.ts';
import { engineMessage } from './api/engineMessage.ts';
import type { ApiPort } from './api/http/apiPort.ts';
import { Credentials } from './api/http/credentials.ts';
import { Sockets } from './api/http/sockets.ts';
import { UI_PATH } from './api/http/uiFiles.ts';
import { UsageFeed } from './api/usageFeed.ts';
import { systemClock } from './base/clock.ts';
import { Emitter } from './base/event.ts';
import { DisposableStore, toDisposable } from './base/lifecycle.ts';
import { createLogger, errorText, type Logger } from './base/logger.ts';
import type { Authority } from './auth/authority.ts';
import { readServiceSecret } from './auth/serviceSecret.ts';
import { createAuthority, followAuthSetting } from './createAuthority.ts';
import { bringUp } from './bringUp.ts';
import { withoutEngineLogins } from './engineLogins.ts';
import { type EngineState, localEngine } from './host/engineState.ts';
import { FolderWatcher } from './host/folderWatcher.ts';
import { HomeLock } from './host/homeLock.ts';
import { SystemProcessTrees } from './host/processTrees.ts';
import { PtyLauncher } from './host/ptyLauncher.ts';
import { packagedNodeFolder } from './host/packagedNode.ts';
import { ShellEnvironment } from './host/shellEnvironment.ts';
import { createProcessTable } from './host/systemProcessTable.ts';
import { UsageSampler } from './host/usageSampler.ts';
import { IdleEnd } from './idleEnd.ts';
import { inUse } from './inUse.ts';
import { serveLogViews } from './logSockets.ts';
import { createFileLogStore, type FileLogStore } from './logs/fileLogStore.ts';
import { logSettingsOf } from './logs/logSettings.ts';
import type { RunLogWriter } from './logs/logStore.ts';
import { bundledLogWorker } from './logs/threadLogQueries.ts';
import type { MicroServer, ServerAddresses, ServerOptions } from './microServer.ts';
import { MemoryRegistry } from './registry/memoryRegistry.ts';
import { PublicListener } from './publicListener.ts';
import type { Runtime } from './runtime/runtime.ts';
import { ReportPorts } from './reportPorts.ts';
import { createServerApi } from './serverApi.ts';
import { createServerEvents, type ServerEvents } from './serverEvents.ts';
import { ServerNews } from './serverNews.ts';
import { ServerPorts } from './serverPorts.ts';
import { createServerRegistry, type ServerRegistry } from './serverRegistry.ts';
import { createServerRuntime } from './serverRuntime.ts';
import { createServerState, type ServerState } from './serverState.ts';
import { createServerTerminals, forgetRemoved } from './serverTerminals.ts';
import { createServerTraffic, type ServerTraffic } from './serverTraffic.ts';
import { SettingsFile } from './settings/settingsFile.ts';
import type { TerminalHost } from './terminals/terminalHost.ts';
import { MetricBoard } from './traces/metricBoard.ts';
import { OtlpReports } from './traces/otlpReports.ts';
import { TraceStore } from './traces/traceStore.ts';
import { OUTSIDE } from './traffic/call.ts';
import { InFlight } from './traffic/inFlight.ts';

const HOST = '127.0.0.1';
/** Builds every module by hand; nothing starts before `start`. */
export function createServer(options: ServerOptions): MicroServer {
  return new LocalServer(options);
}

class LocalServer implements MicroServer {
  private readonly store = new DisposableStore();
  private readonly news = this.store.add(new ServerNews());
  readonly onDidEvent = this.news.onDidEvent;
  readonly onDidNotice = this.news.onDidNotice;
  readonly onDidReload = this.news.onDidReload;
  private readonly shutdownRequests = this.store.add(new Emitter<void>());
  readonly onDidRequestShutdown = this.shutdownRequests.event;
  private readonly credentials = new Credentials(systemClock);
  private readonly startedAt = Date.now();
  private readonly logger: Logger;
  private readonly table = createProcessTable();
  private readonly trees = new SystemProcessTrees({ table: this.table });
  private readonly registry = this.store.add(new MemoryRegistry(systemClock));
  private readonly watcher = new FolderWatcher();
  private readonly shell: ShellEnvironment;
  private readonly sockets = new Sockets();
  private readonly inFlight = new InFlight();
  private readonly metrics = new MetricBoard();
  private readonly ptyLauncher = new PtyLauncher();
  private readonly state: ServerState;
  private readonly ports: ServerPorts;
  private readonly sharedRegistry: ServerRegistry;
  private serverEvents: ServerEvents | undefined;
  private terminals: TerminalHost | undefined;
  private readonly stopped = new AbortController();
  private ownLog: RunLogWriter | undefined;
  private lock: HomeLock | undefined;
  private logs: FileLogStore | undefined;
  private runtime: Runtime | undefined;
  private apiPort: ApiPort | undefined;
  private traffic: ServerTraffic | undefined;
  private authority: Authority | undefined;
  private traces: TraceStore | undefined;
  private reportPorts: ReportPorts | undefined;
  private otlpUrls = { http: '', grpc: '' };
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: ServerOptions) {
    this.logger = createLogger((entry) => {
      const fields = entry.fields ? ` ${JSON.stringify(entry.fields)}` : '';
      const level = entry.level === 'debug' ? 'info' : entry.level;
      this.ownLog?.note(`${entry.area}: ${entry.message}${fields}`, level);
      options.onDidLog?.(entry);
    });
    this.shell = new ShellEnvironment({
      env: withoutEngineLogins(process.env, options.engines ?? {}),
      fallbackFolder: packagedNodeFolder(),
    });
    this.state = createServerState({
      home: options.home,
      store: options.engines?.store,
      awaitKeyMs: options.awaitKeyMs ?? 0,
      logger: this.logger.child('store'),
    });
    this.sharedRegistry = createServerRegistry({
      home: options.home,
      version: options.version,
      local: this.registry,
      engines: options.engines ?? {},
      records: this.state.records,
      runtime: () => this.runtime as Runtime,
      isPlaced: options.kubernetes !== undefined,
      logger: this.logger.child('registry'),
    });
    this.ports = new ServerPorts({
      home: options.home,
      version: options.version,
      host: HOST,
      gatewayPort: options.gatewayPort,
      proxyPort: options.proxyPort,
      token: this.credentials.token,
      table: this.table,
      logger: this.logger,
    });
  }

  async start(): Promise<ServerAddresses> {
    const { home } = this.options;
    await mkdir(home, { recursive: true, mode: 0o700 });
    this.lock = await HomeLock.acquire(home);
    if (this.lock.recovered) this.logger.info(this.lock.recovered);
    await this.state.start();
    await this.sharedRegistry.start();
    const settings = this.store.add(new SettingsFile(join(home, 'settings.json'), this.logger.child('settings')));
    const logs = createFileLogStore({
      folder: join(home, 'logs'),
      clock: systemClock,
      logger: this.logger.child('logs'),
      worker: bundledLogWorker(),
      settings: async () => logSettingsOf((await settings.read()).settings.logs),
    });
    this.logs = logs;
    logs.start();
    const serverEvents = createServerEvents({
      home,
      address: this.options.engines?.events,
      logger: this.logger.child('events'),
      sockets: this.sockets,
      settings,
    });
    this.serverEvents = serverEvents;
    await serverEvents.start();
    // A lower limit acts at once.
    settings.onDidChange(() => void logs.applyLimits().catch((error: unknown) => this.logger.warn(errorText(error))));
    this.sockets.mount('logs', (socket) => serveLogViews(socket, logs));
    const terminals = await createServerTerminals({
      launcher: this.ptyLauncher,
      trees: this.trees,
      logger: this.logger.child('terminals'),
      sockets: this.sockets,
      environment: async () => (await this.shell.read()).env,
      runtime: () => runtime,
    });
    this.terminals = terminals;
    this.ownLog = await logs.startRun({
      service: ownLogs.server,
      instance: `micro-${process.pid}`,
      cause: 'server started',
      startedAt: this.startedAt,
    });
    const traces = new TraceStore({
      folder: join(home, 'traces'),
      clock: systemClock,
      logger: this.logger.child('traces'),
    });
    this.traces = traces;
    traces.start();
    const authority = createAuthority(home, this.state.records, this.logger.child('auth'), this.credentials);
    this.authority = authority;
    await followAuthSetting(authority, settings, this.options.auth === true || this.options.listen !== undefined);
    // Pods that reach this server outlive it: with another token each would have to be started anew.
    if (this.options.kubernetes?.advertise !== undefined)
      this.credentials.keepServiceTokens(await readServiceSecret(join(home, 'services.key')));
    const runtime = await createServerRuntime({
      home,
      logger: this.logger,
      table: this.table,
      trees: this.trees,
      ptyLauncher: this.ptyLauncher,
      watcher: this.watcher,
      shell: this.shell,
      terminals,
      logs,
      registry: this.registry,
      config: this.state.config,
      key: this.state.key,
      authority,
      credentials: this.credentials,
      inFlight: this.inFlight,
      addresses: () => this.ports.addresses,
      otlp: () => this.otlpUrls.http,
      kubernetes: this.options.kubernetes,
      permit: this.sharedRegistry.permit,
    });
    this.runtime = runtime;
    this.store.add(forgetRemoved(terminals, runtime));
    const traffic = await createServerTraffic({
      version: this.options.version,
      registry: this.registry,
      runtime,
      logs,
      settings,
      traces,
      table: this.table,
      inFlight: this.inFlight,
      authority,
      credentials: this.credentials,
      logger: this.logger,
    });
    this.traffic = traffic;
    this.store.add(traffic);
    const usage = this.store.add(new UsageFeed(this.measure(runtime), systemClock, this.logger));
    this.store.add(runtime.onDidChange(() => usage.stir()));
    const apiPort = createServerApi({
      home,
      uiFolder: this.options.uiFolder,
      advertised: this.options.kubernetes?.advertise,
      isReady: () => !this.stopped.signal.aborted,
      startedAt: this.startedAt,
      logger: this.logger,
      ports: this.ports,
      credentials: this.credentials,
      authority,
      sockets: this.sockets,
      state: this.state,
      events: serverEvents,
      traffic,
      runtime,
      registry: this.registry,
      shared: this.sharedRegistry,
      logs,
      traces,
      metrics: this.metrics,
      terminals,
      usage,
      settings,
      shell: this.shell,
      table: this.table,
      info: () => this.info(),
      engines: () => this.engines(),
      shutdown: (listener) => this.shutdownByClient(listener),
    });
    this.apiPort = apiPort;
    const serviceOf = async (socket: Socket): Promise<string | undefined> => {
      const name = await traffic.callers.callerOf(socket);
      return name === OUTSIDE ? undefined : name;
    };
    this.reportPorts = new ReportPorts({
      reports: new OtlpReports({ traces, metrics: this.metrics, logs, serviceOf }),
      host: HOST,
      anyPort: this.options.proxyPort === 0,
      table: this.table,
      logger: this.logger,
    });
    this.otlpUrls = await this.reportPorts.listen();
    const { addresses, moved } = await this.ports.listen(traffic.gateway, apiPort);
    this.registry.setCore(
      () => coreServices(contractServices, this.options.version, HOST, this.ports.proxyPort),
      (name) => runtime.service(name) !== undefined,
    );
    this.logger.info(`micro server ${this.options.version} listens`, {
      gateway: addresses.gateway,
      proxy: addresses.proxy,
    });
    this.news.follow(runtime);
    const { listen } = this.options;
    const publicListener = listen && new PublicListener(listen, authority, this.logger.child('listen'));
    this.store.add(toDisposable(() => publicListener?.stop()));
    const reachable = await publicListener?.start(apiPort, traffic.gateway);
    const broughtUp = bringUp({
      runtime,
      shell: this.shell,
      projects: this.options.projects ?? [],
      logger: this.logger,
      listener: (event) => this.news.tell(event),
      handleRecovered: () => this.sharedRegistry.follow(),
      stopped: this.stopped.signal,
    });
    if (this.options.endWhenIdleMs !== undefined) void this.endWhenIdle(this.options.endWhenIdleMs, broughtUp);
    return { ...addresses, moved, ...(reachable ? { reachable } : {}) };
  }

  stop(listener: (event: ActionEvent) => void = () => {}): Promise<void> {
    this.stopping ??= this.stopInOrder(listener);
    return this.stopping;
  }

  async forceStop(): Promise<void> {
    this.sharedRegistry.leave();
    const names = this.runtime?.services().map((service) => service.name) ?? [];
    await this.runtime?.stop(names, { force: true, withDependents: true }, () => {});
    await this.stop();
  }

  uiLink(): string {
    return `${this.ports.addresses?.proxy}${UI_PATH}?code=${this.credentials.createCode()}`;
  }

  private async endWhenIdle(afterMs: number, broughtUp: Promise<void>): Promise<void> {
    await broughtUp;
    if (this.stopped.signal.aborted) return;
    const idleEnd = new IdleEnd({
      clock: systemClock,
      processes: this.table,
      afterMs,
      inUse: inUse({
        api: () => this.apiPort,
        isIdle: () => this.runtime?.isIdle ?? true,
        kubernetes: this.options.kubernetes,
      }),
      end: () => {
        this.logger.info('nobody needs this server any more: it ends');
        this.shutdownRequests.fire();
      },
    });
    this.store.add(toDisposable(() => idleEnd.stop()));
    await idleEnd.start();
  }

  private async stopInOrder(listener: (event: ActionEvent) => void): Promise<void> {
    this.stopped.abort();
    this.logger.info('stopping');
    this.sharedRegistry.leave();
    await Promise.all([this.runtime?.shutdown(listener), this.terminals?.stop()]);
    await this.traffic?.gateway.close();
    await this.apiPort?.close();
    this.traffic?.proxy.close();
    await this.reportPorts?.close();
    await this.traces?.close();
    await this.serverEvents?.close();
    await this.authority?.audit.settled();
    await this.sharedRegistry.stop();
    await this.state.close();
    this.watcher.stop();
    this.store.dispose();
    await this.traffic?.closeLogs();
    await this.ownLog?.end({ endedAt: Date.now(), outcome: 'stopped by you', failed: false });
    this.ownLog = undefined;
    await this.logs?.close();
    await this.ports.removeFile();
    await this.lock?.release();
  }

  private async shutdownByClient(listener: (event: ActionEvent) => void): Promise<void> {
    const names = this.runtime?.services().filter((service) => service.status !== Status.STOPPED) ?? [];
    this.logger.info(`asked to end by a client; ${names.length} services to stop`);
    this.sharedRegistry.leave();
    await this.runtime?.shutdown(listener);
    // The answer has to leave before its connection ends.
    setImmediate(() => this.shutdownRequests.fire());
  }

  private measure(runtime: Runtime) {
    const sampler = new UsageSampler({
      table: this.table,
      trees: this.trees,
      hasCheapGet: process.platform === 'linux',
    });
    return () => sampler.sample(runtime.instanceTrees());
  }

  private engines(): EngineState[] {
    const events = this.serverEvents?.engine() ?? localEngine('events', 'file');
    return [this.state.engine(), events, this.sharedRegistry.engine()];
  }

  private info(): InfoResponse {
    return create(InfoResponseSchema, {
      version: this.options.version,
      pid: process.pid,
      startedAt: this.startedAt,
      home: this.options.home,
      gateway: this.ports.addresses?.gateway ?? '',
      proxy: this.ports.addresses?.proxy ?? '',
      otlpHttp: this.otlpUrls.http,
      otlpGrpc: this.otlpUrls.grpc,
      platform: process.platform,
      nodeVersion: process.versions.node,
      userHome: homedir(),
      engines: this.engines().map(engineMessage),
    });
  }
}
