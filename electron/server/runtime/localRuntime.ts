import { MicroError } from '../../../shared/contract/errors.ts';
import type { PortClash } from '../../../shared/contract/gen/actions_pb.ts';
import type { GraphResponse } from '../../../shared/contract/gen/graph_pb.ts';
import type { EnvironmentResponse, Run } from '../../../shared/contract/gen/service_details_pb.ts';
import type { Notice, Project, Service } from '../../../shared/contract/gen/state_pb.ts';
import type { TreeKey } from '../host/processTree.ts';
import { Actions } from './actions.ts';
import { attachedServiceSpec } from './addedService.ts';
import { AddedServices } from './addedServices.ts';
import { Attachments } from './attachments.ts';
import { ChangeCollector } from './changeCollector.ts';
import { ConfigChanges } from './configChanges.ts';
import { Dependencies } from './dependencies.ts';
import { FixedPorts } from './fixedPorts.ts';
import { createInstanceHost, type InstanceHost } from './instanceHost.ts';
import { NoticeList } from './noticeList.ts';
import type { LocalRuntimeOptions } from './options.ts';
import type { ActionListener, AdHocService, Runtime, ServicePlace } from './runtime.ts';
import { SavedRuntime } from './savedRuntime.ts';
import { ServiceDetails } from './serviceDetails.ts';
import { ServiceOrders } from './serviceOrders.ts';
import { ExternalService } from './externalService.ts';
import { LocalService } from './localService.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ServiceUnit } from './serviceUnit.ts';
import { shutDown } from './shutdown.ts';
import { Projects } from './projects.ts';
import { Units } from './units.ts';

/** Makes a runtime that runs services as processes of this machine. Nothing starts before `recover` or an action. */
export function createLocalRuntime(options: LocalRuntimeOptions): Runtime {
  return new LocalRuntime(options);
}

/** Puts the parts together; see {@link Runtime}. Others that run services elsewhere share what is not about processes. */
export class LocalRuntime implements Runtime {
  protected readonly byName = new Map<string, ServiceUnit>();
  private readonly changes = new ChangeCollector();
  readonly onDidChange = this.changes.event;
  private readonly noticeList: NoticeList;
  private readonly dependencies = new Dependencies(this.byName);
  private readonly units: Units;
  private readonly projectSet: Projects;
  private readonly added: AddedServices;
  protected readonly host: InstanceHost;
  private readonly actions: Actions;
  private readonly orders: ServiceOrders;
  private readonly details: ServiceDetails;
  private readonly configChanges: ConfigChanges;
  private readonly attachments: Attachments;
  private readonly saved: SavedRuntime;
  private isStopping = false;

  constructor(options: LocalRuntimeOptions) {
    const { byName, changes, dependencies } = this;
    const save = (): void => this.saved.save();
    const checkRunning = (): void => this.checkRunning();
    this.noticeList = new NoticeList(() => options.clock.now());
    this.host = createInstanceHost(options, {
      notify: (level, service, text, code) => changes.notice(this.noticeList.add(level, service, text, code)),
      environment: (spec, port, instanceId) =>
        this.configChanges.noted(spec.name, this.details.resolve(spec, port, instanceId)),
    });
    const { host } = this;
    this.units = new Units({
      byName,
      createUnit: (spec) => this.createUnit(spec, dependencies),
      dependencies,
      changes,
      handleWanted: save,
      handleRemoval: (name) => this.attachments.forget(name),
    });
    const { units } = this;
    this.details = new ServiceDetails(options, byName, units, changes);
    this.configChanges = new ConfigChanges(options, byName, host.notify);
    this.actions = new Actions(host, dependencies, byName);
    const { clock } = options;
    const { notify } = host;
    this.projectSet = new Projects({ clock, units, actions: this.actions, changes, notify, checkRunning, save });
    this.added = new AddedServices(units, notify, save);
    this.attachments = new Attachments(
      host,
      {
        get: (name) => byName.get(name),
        put: (unit) => units.put(unit),
        remove: (name) => units.remove(name),
        undeclared: attachedServiceSpec,
      },
      save,
    );
    const { actions, attachments, added, projectSet: projects } = this;
    const fixedPorts = new FixedPorts(host, byName);
    const { permit } = options;
    this.orders = new ServiceOrders({
      host,
      actions,
      attachments,
      dependencies,
      fixedPorts,
      units,
      permit,
      checkRunning,
    });
    this.saved = new SavedRuntime({ files: options.files, host, units: byName, projects, added, attachments, permit });
  }

  /** What stands behind a declaration. */
  protected createUnit(spec: ServiceSpec, dependencies: Dependencies): ServiceUnit {
    return spec.kind === 'external'
      ? new ExternalService(spec, this.host)
      : new LocalService(spec, this.host, dependencies);
  }

  private checkRunning(): void {
    if (this.isStopping) throw new MicroError('server.stopping', 'the server is shutting down');
  }

  // State.

  services(): Service[] {
    return [...this.byName.values()].map((unit) => unit.message());
  }
  service(name: string): Service | undefined {
    return this.byName.get(name)?.message();
  }
  projects(): Project[] {
    return this.projectSet.messages();
  }
  notices(): Notice[] {
    return this.noticeList.all();
  }
  instanceTrees(): { service: string; key: TreeKey }[] {
    return this.units.trees();
  }
  get isIdle(): boolean {
    return this.units.areIdle;
  }
  defaultServices(project?: string): string[] {
    return this.units.startedByDefault(project);
  }

  // Projects.

  openProject(folder: string): Promise<{ project: Project; services: string[] }> {
    return this.projectSet.open(folder);
  }
  closeProject(name: string, listener: ActionListener): Promise<void> {
    return this.projectSet.close(name, listener);
  }
  async addService(service: AdHocService): Promise<Service> {
    this.checkRunning();
    return this.added.add(service);
  }
  removeService(name: string): Promise<void> {
    return this.added.remove(name);
  }

  // Actions.

  start(...order: Parameters<Runtime['start']>): Promise<void> {
    return this.orders.start(...order);
  }
  debug(...order: Parameters<Runtime['debug']>): Promise<void> {
    return this.orders.debug(...order);
  }
  stop(...order: Parameters<Runtime['stop']>): Promise<void> {
    return this.orders.stop(...order);
  }
  restart(...order: Parameters<Runtime['restart']>): Promise<void> {
    return this.orders.restart(...order);
  }
  scale(...order: Parameters<Runtime['scale']>): Promise<void> {
    return this.orders.scale(...order);
  }
  rollBack(...order: Parameters<Runtime['rollBack']>): Promise<void> {
    return this.orders.rollBack(...order);
  }
  pauseReload(names: readonly string[], paused: boolean): string[] {
    return this.orders.pauseReload(names, paused);
  }

  async attach(name: string, place: Parameters<Runtime['attach']>[1]): Promise<Service> {
    this.checkRunning();
    await this.attachments.attach(name, place);
    return this.units.get(name).message();
  }
  async detach(name: string): Promise<void> {
    await this.attachments.detach(name);
  }
  async join(name: string, folder: string): ReturnType<Runtime['join']> {
    this.checkRunning();
    return this.attachments.join(name, folder);
  }

  // Questions.

  async explainFile(name: string, path: string): Promise<{ counts: boolean; why: string }> {
    return this.units.get(name).explainFile(path);
  }
  plan(names: readonly string[]): { service: string; neededBy: string }[] {
    return this.orders.plan(names);
  }
  planStop(names: readonly string[]): { service: string; needs: string }[] {
    return this.orders.planStop(names);
  }
  portClashes(names: readonly string[]): Promise<PortClash[]> {
    return this.orders.portClashes(names);
  }
  environment(name: string, reveal: boolean): Promise<EnvironmentResponse> {
    return this.details.environment(name, reveal);
  }
  place(name: string): Promise<ServicePlace> {
    return this.details.place(name);
  }
  runs(name: string, limit: number): Promise<Run[]> {
    return this.details.runs(name, limit);
  }
  graph(): GraphResponse {
    return this.details.graph();
  }
  get graphRevision(): number {
    return this.changes.revision;
  }

  // Life.

  async recover(listener: ActionListener, signal: AbortSignal): Promise<void> {
    const started = await this.saved.recover(() => this.isStopping);
    void this.actions.follow(started, listener, signal);
  }

  async shutdown(listener: ActionListener): Promise<void> {
    if (!this.isStopping) {
      this.isStopping = true;
      this.configChanges.dispose();
      this.saved.keepForNextStart();
    }
    await this.endServices(listener);
    this.projectSet.dispose();
    for (const unit of this.byName.values()) unit.dispose();
    await this.saved.flush();
    await this.host.journal.idle();
    this.dependencies.dispose();
  }

  /** Ends what has to end with the server. */
  protected endServices(listener: ActionListener): Promise<void> {
    return shutDown(this.host, this.byName, this.actions, listener);
  }
}
