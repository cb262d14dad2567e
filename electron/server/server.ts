import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import { type InfoResponse, InfoResponseSchema } from '../../shared/contract/gen/server_pb.ts';
import { Status } from '../../shared/contract/gen/state_pb.ts';
import { ownLogs } from '../../shared/contract/ownLogs.ts';
import { apiRoutes, contractServices, grpcRoutes, rpcPaths } from './api/api.ts';
import { coreServices } from './api/coreServices.ts';
import { doctor } from './api/doctor.ts';
import { ApiPort } from './api/http/apiPort.ts';
import { blobMount } from './api/http/blobMount.ts';
import { Admission } from './api/http/admission.ts';
import { Credentials } from './api/http/credentials.ts';
import { Sockets } from './api/http/sockets.ts';
import { UI_PATH, UiFiles } from './api/http/uiFiles.ts';
import { observedGraph } from './api/rpc/observedGraph.ts';
import { UsageFeed } from './api/usageFeed.ts';
import { systemClock } from './base/clock.ts';
import { Emitter } from './base/event.ts';
import { DisposableStore, toDisposable } from './base/lifecycle.ts';
import { createLogger, errorText, type Logger } from './base/logger.ts';
import type { Authority } from './auth/authority.ts';
import { SecretBox } from './config/secretBox.ts';
import { readSecretKey } from './config/secretKey.ts';
import { StoredConfig } from './config/storedConfig.ts';
import { configDocuments } from './configDocuments.ts';
import { createAuthority, followAuthSetting, keepServiceAccount } from './createAuthority.ts';
import { bringUp } from './bringUp.ts';
import { bundledSdk } from './bundledSdk.ts';
import { ChildLauncher } from './host/childLauncher.ts';
import { runtimeFiles, writeFileAtomic } from './host/files.ts';
import { FolderWatcher } from './host/folderWatcher.ts';
import { HomeLock } from './host/homeLock.ts';
import { Ports } from './host/ports.ts';
import { SystemProcessTrees } from './host/processTrees.ts';
import { PtyLauncher } from './host/ptyLauncher.ts';
import { packagedNodeFolder } from './host/packagedNode.ts';
import { ShellEnvironment } from './host/shellEnvironment.ts';
import { createProcessTable } from './host/systemProcessTable.ts';
import { UsageSampler } from './host/usageSampler.ts';
import { IdleEnd } from './idleEnd.ts';
import { serveLogViews } from './logSockets.ts';
import { createFileLogStore, type FileLogStore } from './logs/fileLogStore.ts';
import { logSettingsOf } from './logs/logSettings.ts';
import type { RunLogWriter } from './logs/logStore.ts';
import { bundledLogWorker } from './logs/threadLogQueries.ts';
import type { MicroServer, ServerAddresses, ServerOptions } from './microServer.ts';
import { listenOnPort } from './portChoice.ts';
import { discoverProject } from './project/discovery.ts';
import { writeProject } from './project/writeProject.ts';
import { MemoryRegistry } from './registry/memoryRegistry.ts';
import { createLocalRuntime } from './runtime/localRuntime.ts';
import type { Runtime } from './runtime/runtime.ts';
import { ReportPorts } from './reportPorts.ts';
import { createServerConsole } from './serverConsole.ts';
import type { ServerFile } from './serverFile.ts';
import { createServerEvents, type ServerEvents } from './serverEvents.ts';
import { createServerTerminals, forgetRemoved } from './serverTerminals.ts';
import { createServerTraffic, type ServerTraffic } from './serverTraffic.ts';
import { SettingsFile } from './settings/settingsFile.ts';
import { DeferredBlobs } from './store/deferredBlobs.ts';
import { DeferredStore } from './store/deferredStore.ts';
import { openFileBlobs, openFileStore } from './store/openStore.ts';
import type { TerminalHost } from './terminals/terminalHost.ts';
import { MetricBoard } from './traces/metricBoard.ts';
import { OtlpReports } from './traces/otlpReports.ts';
import { TraceStore } from './traces/traceStore.ts';
import { OUTSIDE } from './traffic/call.ts';
import { InFlight } from './traffic/inFlight.ts';

/** Ports that are used when none is asked for; micro's own. */
const USUAL_GATEWAY_PORT = 8080;
const USUAL_PROXY_PORT = 8081;
const HOST = '127.0.0.1';
/** The document that micro.yaml names values of; the one that `micro config` means when none is named. */
const PROJECT_NAMESPACE = 'micro';

/** Builds every module by hand; nothing starts before `start`. */
export function createServer(options: ServerOptions): MicroServer {
  return new LocalServer(options);
}

class LocalServer implements MicroServer {
  private readonly store = new DisposableStore();
  private readonly events = this.store.add(new Emitter<ActionEvent>());
  readonly onDidEvent = this.events.event;
  private readonly shutdownRequests = this.store.add(new Emitter<void>());
  readonly onDidRequestShutdown = this.shutdownRequests.event;
  private readonly credentials = new Credentials(systemClock);
  private readonly startedAt = Date.now();
  private readonly logger: Logger;
  private readonly table = createProcessTable();
  private readonly trees = new SystemProcessTrees({ table: this.table });
  private readonly registry = this.store.add(new MemoryRegistry(systemClock));
  private readonly watcher = new FolderWatcher();
  private readonly shell = new ShellEnvironment({ fallbackFolder: packagedNodeFolder() });
  private readonly sockets = new Sockets();
  private readonly inFlight = new InFlight();
  private readonly metrics = new MetricBoard();
  private readonly ptyLauncher = new PtyLauncher();
  private readonly records = new DeferredStore(() => openFileStore(join(this.options.home, 'store'), systemClock));
  private readonly blobs = new DeferredBlobs(() => openFileBlobs(join(this.options.home, 'blobs'), systemClock));
  private readonly config = new StoredConfig(
    configDocuments(this.records),
    async () => new SecretBox(await readSecretKey(join(this.options.home, 'secret.key'))),
    systemClock,
  );
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
  private addresses: ServerFile | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: ServerOptions) {
    this.logger = createLogger((entry) => {
      const fields = entry.fields ? ` ${JSON.stringify(entry.fields)}` : '';
      const level = entry.level === 'debug' ? 'info' : entry.level;
      this.ownLog?.note(`${entry.area}: ${entry.message}${fields}`, level);
      options.onDidLog?.(entry);
    });
  }

  async start(): Promise<ServerAddresses> {
    const { home } = this.options;
    await mkdir(home, { recursive: true, mode: 0o700 });
    this.lock = await HomeLock.acquire(home);
    if (this.lock.recovered) this.logger.info(this.lock.recovered);
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
      logger: this.logger.child('events'),
      sockets: this.sockets,
      settings,
    });
    this.serverEvents = serverEvents;
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
    const authority = createAuthority(home, this.records, this.logger.child('auth'), this.credentials);
    this.authority = authority;
    await followAuthSetting(authority, settings, this.options.auth === true);
    const runtime = this.createRuntime(logs, terminals, authority);
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
    const apiPort = new ApiPort({
      admission: new Admission(this.credentials, authority),
      logger: this.logger.child('api'),
      rpcPaths,
      sockets: this.sockets,
      mounts: [...serverEvents.mounts, blobMount(this.blobs, this.logger.child('blobs'))],
      ui: this.options.uiFolder
        ? new UiFiles(this.options.uiFolder, this.credentials, () => portOf(this.addresses?.proxy))
        : undefined,
      traffic: traffic.proxy,
      handleCoreCall: traffic.handleCoreCall,
      grpcRoutes: grpcRoutes(serverEvents),
      routes: apiRoutes({
        runtime,
        logs,
        registry: this.registry,
        graph: (windowMs) =>
          observedGraph(runtime.graph(), traffic.callStats, windowMs, serverEvents.flows.flows(windowMs)),
        calls: traffic.recentCalls,
        callStats: traffic.callStats,
        traces,
        metrics: this.metrics,
        ...createServerConsole({
          home,
          registry: this.registry,
          recentCalls: traffic.recentCalls,
          runtime,
          gateway: () => this.addresses?.gateway ?? '',
          token: this.credentials.token,
        }),
        terminals,
        projects: { discover: discoverProject, write: writeProject },
        usage,
        settings,
        store: this.records,
        config: this.config,
        events: serverEvents.events,
        broker: serverEvents.broker,
        authority,
        blobs: this.blobs,
        restoreFolder: join(home, 'store'),
        logBytes: () => logs.storedBytes(),
        clock: systemClock,
        startedAt: this.startedAt,
        info: () => this.info(),
        doctor: () =>
          doctor({
            home,
            server: this.addresses,
            services: () => runtime.services(),
            environment: async () => (await this.shell.read()).env,
            processes: this.table,
          }),
        shutdown: (listener) => this.shutdownByClient(listener),
      }),
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
    const moved = await this.listen(traffic.gateway, apiPort);
    this.registry.setCore(
      coreServices(contractServices, this.options.version, HOST, portOf(this.addresses?.proxy)),
      (name) => runtime.service(name) !== undefined,
    );
    const { gateway: gatewayUrl, proxy: proxyUrl } = this.addresses as unknown as ServerFile;
    this.logger.info(`micro server ${this.options.version} listens`, { gateway: gatewayUrl, proxy: proxyUrl });
    const broughtUp = bringUp({
      runtime,
      shell: this.shell,
      projects: this.options.projects ?? [],
      logger: this.logger,
      listener: (event) => this.events.fire(event),
      stopped: this.stopped.signal,
    });
    if (this.options.endWhenIdleMs !== undefined) void this.endWhenIdle(this.options.endWhenIdleMs, broughtUp);
    return { ...(this.addresses as ServerFile), moved };
  }

  stop(listener: (event: ActionEvent) => void = () => {}): Promise<void> {
    this.stopping ??= this.stopInOrder(listener);
    return this.stopping;
  }

  async forceStop(): Promise<void> {
    const names = this.runtime?.services().map((service) => service.name) ?? [];
    await this.runtime?.stop(names, { force: true, withDependents: true }, () => {});
    await this.stop();
  }

  uiLink(): string {
    return `${this.addresses?.proxy}${UI_PATH}?code=${this.credentials.createCode()}`;
  }

  private createRuntime(logs: FileLogStore, terminals: TerminalHost, authority: Authority): Runtime {
    return createLocalRuntime({
      home: this.options.home,
      clock: systemClock,
      logger: this.logger.child('runtime'),
      launcher: new ChildLauncher(),
      ptyLauncher: this.ptyLauncher,
      terminals: terminals.live,
      trees: this.trees,
      processes: this.table,
      ports: new Ports(this.table),
      files: runtimeFiles,
      logs,
      registry: this.registry,
      systemEnvironment: async () => (await this.shell.read()).env,
      config: (path, options) => this.config.get(PROJECT_NAMESPACE, path, options),
      onDidChangeConfig: this.config.onDidChange,
      serverAddresses: () => {
        if (!this.addresses) throw new Error('the server does not listen yet');
        return {
          gateway: this.addresses.gateway,
          proxy: this.addresses.proxy.slice('http://'.length),
          otlp: this.otlpUrls.http,
          sdk: bundledSdk()?.href,
        };
      },
      serviceToken: (service) => {
        if (authority.enabled) keepServiceAccount(authority, service, this.logger);
        return this.credentials.serviceToken(service);
      },
      inFlight: this.inFlight,
      watcher: this.watcher,
    });
  }

  /** Listens on both ports and only then says in server.json where. */
  private async listen(gateway: ServerTraffic['gateway'], apiPort: ApiPort): Promise<string[]> {
    const shared = { table: this.table, logger: this.logger };
    const forGateway = await listenOnPort({
      ...shared,
      purpose: 'gateway',
      listen: (port) => gateway.listen(HOST, port),
      asked: this.options.gatewayPort,
      usual: USUAL_GATEWAY_PORT,
    });
    const forProxy = await listenOnPort({
      ...shared,
      purpose: 'proxy',
      listen: (port) => apiPort.listen(HOST, port),
      asked: this.options.proxyPort,
      usual: USUAL_PROXY_PORT,
    });
    const own = await this.table.get(process.pid);
    this.addresses = {
      pid: process.pid,
      startTime: own?.startTime ?? '',
      version: this.options.version,
      gateway: `http://${HOST}:${forGateway.port}`,
      proxy: `http://${HOST}:${forProxy.port}`,
      token: this.credentials.token,
    };
    await writeFileAtomic(this.serverFile(), `${JSON.stringify(this.addresses, null, 2)}\n`, { mode: 0o600 });
    const sentence = (purpose: string, choice: { port: number; moved: string | undefined }): string[] =>
      choice.moved ? [`${choice.moved}; the ${purpose} listens on ${choice.port}`] : [];
    return [...sentence('gateway', forGateway), ...sentence('proxy', forProxy)];
  }

  private async endWhenIdle(afterMs: number, broughtUp: Promise<void>): Promise<void> {
    await broughtUp;
    if (this.stopped.signal.aborted) return;
    const idleEnd = new IdleEnd({
      clock: systemClock,
      processes: this.table,
      afterMs,
      inUse: () => (this.apiPort?.clients ?? 0) > 0 || this.runtime?.isIdle === false,
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
    await Promise.all([this.runtime?.shutdown(listener), this.terminals?.stop()]);
    await this.traffic?.gateway.close();
    await this.apiPort?.close();
    this.traffic?.proxy.close();
    await this.reportPorts?.close();
    await this.traces?.close();
    await this.serverEvents?.close();
    await this.authority?.audit.settled();
    await this.blobs.close();
    await this.records.close();
    this.watcher.stop();
    this.store.dispose();
    await this.traffic?.closeLogs();
    await this.ownLog?.end({ endedAt: Date.now(), outcome: 'stopped by you', failed: false });
    this.ownLog = undefined;
    await this.logs?.close();
    if (this.addresses) await rm(this.serverFile(), { force: true });
    await this.lock?.release();
  }

  private async shutdownByClient(listener: (event: ActionEvent) => void): Promise<void> {
    const names = this.runtime?.services().filter((service) => service.status !== Status.STOPPED) ?? [];
    this.logger.info(`asked to end by a client; ${names.length} services to stop`);
    await this.runtime?.shutdown(listener);
    // The answer has to leave before its connection ends.
    setImmediate(() => this.shutdownRequests.fire());
  }

  private measure(runtime: Runtime) {
    const sampler = new UsageSampler({ table: this.table, trees: this.trees });
    return () => sampler.sample(runtime.instanceTrees());
  }

  private info(): InfoResponse {
    return create(InfoResponseSchema, {
      version: this.options.version,
      pid: process.pid,
      startedAt: this.startedAt,
      home: this.options.home,
      gateway: this.addresses?.gateway ?? '',
      proxy: this.addresses?.proxy ?? '',
      otlpHttp: this.otlpUrls.http,
      otlpGrpc: this.otlpUrls.grpc,
      platform: process.platform,
      nodeVersion: process.versions.node,
      userHome: homedir(),
    });
  }

  private serverFile(): string {
    return join(this.options.home, 'server.json');
  }
}

function portOf(url: string | undefined): number {
  return url ? Number(new URL(url).port) : 0;
}
