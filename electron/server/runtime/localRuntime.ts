import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { PortClash } from '../../../shared/contract/gen/actions_pb.ts';
import { type GraphResponse, GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { type EnvironmentResponse, type Run, RunSchema } from '../../../shared/contract/gen/service_details_pb.ts';
import type { Notice, Project, Service } from '../../../shared/contract/gen/state_pb.ts';
import { maxReplicas, serviceNamePattern } from '../../../shared/contract/manifest.ts';
import { errorText } from '../base/logger.ts';
import { networkDialer } from '../host/dialer.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { Actions } from './actions.ts';
import { addedServiceSpec, attachedServiceSpec } from './addedService.ts';
import { Attachments, type SavedAttachment } from './attachments.ts';
import { ChangeCollector } from './changeCollector.ts';
import { debugLaunch } from './debugLaunch.ts';
import { Dependencies } from './dependencies.ts';
import { describeEnvironment, plainEnvironment, resolveEnvironment } from './environment.ts';
import { FixedPorts } from './fixedPorts.ts';
import type { InstanceHost } from './instanceHost.ts';
import { Journal } from './journal.ts';
import { endLeftovers } from './leftovers.ts';
import { NoticeList } from './noticeList.ts';
import type { LocalRuntimeOptions } from './options.ts';
import { PortAllocator } from './portAllocator.ts';
import type { ActionListener, AdHocService, Runtime } from './runtime.ts';
import type { RunOverrides, ServiceUnit } from './serviceUnit.ts';
import { shutDown } from './shutdown.ts';
import { Projects } from './projects.ts';
import { ProbePace } from './probePace.ts';
import { Slots } from './slots.ts';
import { StateFile } from './stateFile.ts';
import { Units } from './units.ts';

/** Makes a runtime that runs services as processes of this machine. Nothing starts before `recover` or an action. */
export function createLocalRuntime(options: LocalRuntimeOptions): Runtime {
  return new LocalRuntime(options);
}

class LocalRuntime implements Runtime {
  private readonly units = new Map<string, ServiceUnit>();
  private readonly added = new Map<string, AdHocService & { name: string }>();
  private readonly changes = new ChangeCollector();
  readonly onDidChange = this.changes.event;
  private readonly noticeList: NoticeList;
  private readonly dependencies = new Dependencies(this.units);
  private readonly unitSet: Units;
  private readonly projectSet: Projects;
  private readonly host: InstanceHost;
  private readonly actions: Actions;
  private readonly fixedPorts: FixedPorts;
  private readonly attachments: Attachments;
  private readonly state: StateFile;
  private isStopping = false;
  /** What is wanted at the next start, once a shutdown began to stop everything. */
  private wantedAtShutdown: string[] | undefined;
  private attachedAtShutdown: SavedAttachment[] | undefined;
  /** Wanted services of projects that are not open (yet). */
  private wantedLater = new Set<string>();

  constructor(private readonly options: LocalRuntimeOptions) {
    this.noticeList = new NoticeList(() => options.clock.now());
    this.host = {
      ...options,
      dialer: options.dialer ?? networkDialer,
      journal: new Journal(options.home, options.files),
      ports: new PortAllocator(options.ports, options.processes),
      // One core is left for what already runs.
      pace: new ProbePace(),
      buildSlots: new Slots(Math.max(1, cpus().length - 1)),
      notify: (level, service, text, code) => this.notify(level, service, text, code),
      environment: (spec, port, instanceId) => this.resolve(spec, port, instanceId),
    };
    this.actions = new Actions(this.host, this.dependencies, this.units);
    this.unitSet = new Units({
      byName: this.units,
      host: this.host,
      dependencies: this.dependencies,
      changes: this.changes,
      handleWanted: () => this.state.save(),
      handleRemoval: (name) => this.attachments.forget(name),
    });
    this.projectSet = new Projects({
      clock: options.clock,
      units: this.unitSet,
      actions: this.actions,
      changes: this.changes,
      notify: this.host.notify,
      checkRunning: () => this.checkRunning(),
      save: () => this.state.save(),
    });
    this.fixedPorts = new FixedPorts(this.host, this.units);
    this.attachments = new Attachments(
      this.host,
      {
        get: (name) => this.units.get(name),
        put: (unit) => this.unitSet.put(unit),
        remove: (name) => this.unitSet.remove(name),
        undeclared: attachedServiceSpec,
      },
      () => this.state.save(),
    );
    this.state = new StateFile(
      options.home,
      options.files,
      options.logger,
      () => ({
        version: 1,
        projects: this.projectSet.saved(),
        added: [...this.added.values()],
        wanted: this.wantedAtShutdown ?? this.wantedNow(),
        attached: this.attachedAtShutdown ?? this.attachments.saved(),
      }),
      (text) => this.notify('warn', '', text, 'storage.corrupt'),
    );
  }

  // ---- state ----

  services(): Service[] {
    return [...this.units.values()].map((unit) => unit.message());
  }
  service(name: string): Service | undefined {
    return this.units.get(name)?.message();
  }
  projects(): Project[] {
    return this.projectSet.messages();
  }
  notices(): Notice[] {
    return this.noticeList.all();
  }
  instanceTrees(): { service: string; key: TreeKey }[] {
    return [...this.units.values()].flatMap((unit) => unit.trees().map((key) => ({ service: unit.spec.name, key })));
  }
  get isIdle(): boolean {
    const needed = ({ isResting, wanted, spec }: ServiceUnit): boolean =>
      spec.kind !== 'external' && (!isResting || (wanted && spec.schedule !== undefined));
    return ![...this.units.values()].some(needed);
  }
  defaultServices(project?: string): string[] {
    return [...this.units.values()]
      .filter(({ spec }) => spec.start === 'auto' && (project === undefined || spec.project === project))
      .map(({ spec }) => spec.name);
  }

  private notify(level: 'info' | 'warn' | 'error', service: string, text: string, code?: string): void {
    this.changes.notice(this.noticeList.add(level, service, text, code));
  }

  private wantedNow(): string[] {
    return [
      ...[...this.units.values()]
        .filter((unit) => unit.wanted && !this.attachments.has(unit.spec.name))
        .map((unit) => unit.spec.name),
      ...this.wantedLater,
    ];
  }

  private checkRunning(): void {
    if (this.isStopping) throw new MicroError('server.stopping', 'the server is shutting down');
  }

  // ---- projects ----

  openProject(folder: string): Promise<{ project: Project; services: string[] }> {
    return this.projectSet.open(folder);
  }

  closeProject(name: string, listener: ActionListener): Promise<void> {
    return this.projectSet.close(name, listener);
  }

  async addService(service: AdHocService): Promise<Service> {
    this.checkRunning();
    const spec = await addedServiceSpec(service);
    if (!serviceNamePattern.test(spec.name)) {
      throw new MicroError('api.invalid', `"${spec.name}" cannot be the name of a service`, {
        next: 'Use lower case letters, digits and -, at most 63.',
      });
    }
    const before = this.units.get(spec.name);
    if (before && before.spec.project === '' && before.isResting) this.unitSet.remove(spec.name);
    this.unitSet.checkNameFree(spec);
    this.added.set(spec.name, { ...service, name: spec.name, folder: resolve(service.folder) });
    const unit = this.unitSet.add(spec);
    this.state.save();
    return unit.message();
  }

  async removeService(name: string): Promise<void> {
    const unit = this.unitSet.get(name);
    if (unit.spec.project !== '') {
      throw new MicroError('api.invalid', `${name} belongs to the project ${unit.spec.project}`, {
        next: 'Take it out of micro.yaml, or close the project.',
      });
    }
    await unit.stop({ why: 'removed by you' });
    this.unitSet.remove(name);
    this.added.delete(name);
    this.state.save();
  }

  // ---- actions ----

  async start(
    names: readonly string[],
    options: Parameters<Runtime['start']>[1],
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    this.checkRunning();
    this.unitSet.check(names);
    if (options.freePorts) await this.fixedPorts.free(names);
    const { args, env, port } = options;
    const overrides: RunOverrides = {
      ...(args?.length ? { args } : {}),
      ...(env ? { env } : {}),
      ...(port === undefined ? {} : { port }),
    };
    await this.actions.start(names, options.withDependencies, 'started by you', overrides, listener, signal);
  }

  async debug(name: string, listener: ActionListener, signal: AbortSignal): Promise<void> {
    this.checkRunning();
    const { spec } = this.unitSet.get(name);
    if (spec.kind === 'external' || !spec.command || this.attachments.has(name)) {
      throw new MicroError('debug.unsupported', `${name} is not run here`, {
        next: 'Start it with a debugger where it is run.',
      });
    }
    debugLaunch(spec.command.argv, spec.language, 0);
    await this.actions.restart([name], listener, signal, 'started for debugging', { debug: true });
  }

  async attach(name: string, place: Parameters<Runtime['attach']>[1]): Promise<Service> {
    this.checkRunning();
    await this.attachments.attach(name, place);
    return this.unitSet.get(name).message();
  }

  async detach(name: string): Promise<void> {
    await this.attachments.detach(name);
  }

  async join(name: string, folder: string): ReturnType<Runtime['join']> {
    this.checkRunning();
    return this.attachments.join(name, folder);
  }

  async stop(
    names: readonly string[],
    options: { force: boolean; withDependents: boolean },
    listener: ActionListener,
  ): Promise<void> {
    this.unitSet.check(names);
    const also = options.withDependents ? this.dependencies.runningDependents(names) : [];
    this.actions.announceStops(also, listener);
    const all = [...names, ...also.map(({ service }) => service)];
    await this.actions.stop(all, { why: 'stopped by you', force: options.force }, listener);
  }

  async restart(names: readonly string[], listener: ActionListener, signal: AbortSignal): Promise<void> {
    this.checkRunning();
    this.unitSet.check(names);
    await this.actions.restart(names, listener, signal);
  }

  async scale(name: string, count: number, listener: ActionListener, signal: AbortSignal): Promise<void> {
    this.checkRunning();
    this.unitSet.check([name]);
    if (!Number.isInteger(count) || count < 1 || count > maxReplicas) {
      throw new MicroError('api.invalid', `${count} is no number of copies (1 to ${maxReplicas})`);
    }
    await this.actions.scale(name, count, listener, signal);
  }

  pauseReload(names: readonly string[], paused: boolean): string[] {
    this.unitSet.check(names);
    return names.filter((name) => this.unitSet.get(name).pauseReload(paused));
  }

  async explainFile(name: string, path: string): Promise<{ counts: boolean; why: string }> {
    return this.unitSet.get(name).explainFile(path);
  }

  plan(names: readonly string[]): { service: string; neededBy: string }[] {
    this.unitSet.check(names);
    return this.actions.plan(names);
  }

  planStop(names: readonly string[]): { service: string; needs: string }[] {
    this.unitSet.check(names);
    return this.dependencies.runningDependents(names);
  }

  portClashes(names: readonly string[]): Promise<PortClash[]> {
    this.unitSet.check(names);
    return this.fixedPorts.clashes(names);
  }

  // ---- questions ----

  private async resolve(
    spec: ServiceSpec,
    port: number | undefined,
    instanceId: string,
  ): ReturnType<typeof resolveEnvironment> {
    const { gateway, proxy, otlp } = this.options.serverAddresses();
    const token = this.options.serviceToken(spec.name);
    const own = { port, instanceId, proxy, gateway, token, otlp };
    return resolveEnvironment(spec, await this.options.systemEnvironment(), own, this.options.config);
  }

  async environment(name: string, reveal: boolean): Promise<EnvironmentResponse> {
    return describeEnvironment(await this.environmentNow(this.unitSet.get(name)), reveal);
  }

  async place(name: string): Promise<{ folder: string; env: Record<string, string> }> {
    const unit = this.unitSet.get(name);
    return { folder: unit.spec.folder, env: plainEnvironment(await this.environmentNow(unit)) };
  }

  /** The environment of the running copy, or the one that the next would get, as far as it is known before. */
  private environmentNow(unit: ServiceUnit): ReturnType<typeof resolveEnvironment> {
    const instance = unit.message().instances.at(-1);
    const port = Number(instance?.address.split(':').at(-1)) || undefined;
    const { spec } = unit;
    const offered = port ?? (typeof spec.port === 'number' ? spec.port : undefined);
    return this.resolve(spec, offered, instance?.id ?? '(given at the start)');
  }

  async runs(name: string, limit: number): Promise<Run[]> {
    this.unitSet.get(name);
    const runs = await this.options.logs.runs(name, limit);
    return runs.map((run) =>
      create(RunSchema, {
        run: run.run,
        instance: run.instance,
        pid: run.pid ?? 0,
        startedAt: run.startedAt,
        readyAt: run.readyAt ?? 0,
        endedAt: run.endedAt ?? 0,
        outcome: run.outcome ?? '',
        failed: run.failed ?? false,
        cause: run.cause,
      }),
    );
  }

  graph(): GraphResponse {
    const units = [...this.units.values()];
    return create(GraphResponseSchema, {
      nodes: units.map((unit) => {
        const { name, kind, status } = unit.message();
        return { name, kind, status };
      }),
      edges: units.flatMap(({ spec }) =>
        spec.dependsOn.map(({ service }) => ({ from: spec.name, to: service, kind: 'call', declared: true })),
      ),
    });
  }

  // ---- life ----

  async recover(): Promise<void> {
    const saved = await this.state.read();
    await endLeftovers(this.host);
    this.wantedLater = new Set(saved.wanted);
    for (const project of saved.projects) await this.projectSet.restore(project);
    for (const added of saved.added) {
      try {
        await this.addService(added);
      } catch (error) {
        this.notify(
          'error',
          added.name,
          `${added.name} could not be added again: ${errorText(error)}`,
          toMicroError(error).code,
        );
      }
    }
    for (const attached of saved.attached ?? []) await this.attachments.restore(attached);
    for (const name of saved.wanted) {
      const unit = this.units.get(name);
      if (!unit || this.attachments.has(name)) continue;
      this.wantedLater.delete(name);
      if (unit.spec.cycle || unit.spec.start === 'disabled') continue;
      // Its last run began with everything that was there then.
      const [last] = await this.options.logs.runs(name, 1);
      if (this.isStopping) return;
      if (last) unit.sayMissedChanges(last.startedAt);
      unit.start('the server was started again');
    }
    this.state.save();
  }

  async shutdown(listener: ActionListener): Promise<void> {
    if (!this.isStopping) {
      this.isStopping = true;
      this.wantedAtShutdown = this.wantedNow();
      this.attachedAtShutdown = this.attachments.saved();
      this.state.save();
    }
    await shutDown(this.host, this.units, this.actions, listener);
    this.projectSet.dispose();
    for (const unit of this.units.values()) unit.dispose();
    this.state.save();
    await this.state.flush();
    await this.host.journal.idle();
    this.dependencies.dispose();
  }
}
