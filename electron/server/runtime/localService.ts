import { randomBytes } from 'node:crypto';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import { Emitter } from '../base/event.ts';
import { errorText } from '../base/logger.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import { needsRestart, type ServiceSpec } from '../project/serviceSpec.ts';
import type { Dependencies } from './dependencies.ts';
import { followConfig } from './followConfig.ts';
import { HotReload } from './hotReload.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ReloadedService } from './reloadService.ts';
import { Renewal } from './renewal.ts';
import type { ReplicaOwner } from './replicaOwner.ts';
import type { WaitState } from './replicaState.ts';
import { restartService } from './restartService.ts';
import { ServiceBuilds } from './serviceBuilds.ts';
import { conditionOf } from './serviceCondition.ts';
import { ServiceCopies } from './serviceCopies.ts';
import { type ConditionState, type Copies, type RunOverrides, type ServiceUnit } from './serviceUnit.ts';
import { type SeenService, ShownService } from './shownService.ts';
import type { StopRequest } from './stopRequest.ts';
import { TaskSchedule } from './taskSchedule.ts';

/** A service or task that runs as processes of this machine: its copies, builds, schedule, and hot reload. */
export class LocalService implements ServiceUnit, ReplicaOwner {
  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  private isWanted = false;
  private readonly running: ServiceCopies;
  private readonly builds: ServiceBuilds;
  private readonly hot: HotReload;
  private readonly schedule: TaskSchedule;
  private readonly renewal = new Renewal();
  /** Counts commands, so that a slow one can see that a newer one overtook it. */
  private generation = 0;
  private stopReason = '';
  private readonly shown: ShownService;

  constructor(
    private current: ServiceSpec,
    private readonly host: InstanceHost,
    private readonly dependencies: Dependencies,
  ) {
    this.running = new ServiceCopies(host, this);
    this.builds = new ServiceBuilds(host, {
      spec: () => this.current,
      newInstanceId: () => this.newInstanceId(),
      changed: () => this.changed(),
    });
    this.hot = new HotReload(host, this, this.running);
    this.schedule = new TaskSchedule(host, () => this.runBySchedule());
    this.shown = new ShownService(
      () => host.clock.now(),
      () => this.see(),
    );
  }

  get spec(): ServiceSpec {
    return this.current;
  }
  get wanted(): boolean {
    return this.isWanted;
  }
  get isResting(): boolean {
    return this.running.areResting;
  }
  get attempts(): number {
    return this.running.attempts;
  }
  get lacksConfig(): boolean {
    return this.running.lackConfig;
  }
  get copies(): Copies {
    return this.running.counts;
  }

  sayMissedChanges(since: number): void {
    this.hot.sayMissed(since);
  }
  pauseReload(paused: boolean): boolean {
    this.hot.setPaused(paused);
    return this.current.watch !== undefined;
  }
  explainFile(path: string): Promise<{ counts: boolean; why: string }> {
    return this.hot.explain(path);
  }

  start(cause: string, overrides?: RunOverrides): void {
    this.isWanted = true;
    this.generation++;
    if (this.isResting) this.builds.isDue = true;
    this.stopReason = '';
    this.running.begin(cause, overrides);
    this.hot.arm();
    this.schedule.arm(this.current.schedule);
    this.changed();
  }

  async stop(request: StopRequest): Promise<void> {
    this.isWanted = false;
    this.generation++;
    this.stopReason = request.why;
    // First, so that the next thing seen is that it stops.
    const end = this.running.halt(request);
    this.hot.disarm();
    this.schedule.disarm();
    this.changed();
    await end;
    this.changed();
  }

  restart(cause: string, overrides?: RunOverrides): Promise<string | undefined> {
    this.isWanted = true;
    this.generation++;
    this.hot.arm();
    this.schedule.arm(this.current.schedule);
    return restartService(this.commanded(), cause, overrides);
  }

  async renew(cause: string): Promise<string | undefined> {
    if (!Renewal.fits(this.commanded())) return this.restart(cause);
    this.isWanted = true;
    this.generation++;
    return this.renewal.run(() => this.commanded(), cause);
  }

  /** For a command that takes a while. */
  commanded(): ReloadedService {
    const { generation } = this;
    return {
      host: this.host,
      builds: this.builds,
      copies: this.running,
      dependencies: this.dependencies,
      spec: this.current,
      onDidChange: this.onDidChange,
      isWanted: () => this.isWanted,
      isOvertaken: () => this.generation !== generation,
      shown: () => this.shown.current,
      changed: () => this.changed(),
    };
  }

  followConfig(why: string): void {
    followConfig(this.host, this.commanded(), why).catch((error: unknown) => this.say('follow the config', error));
  }

  say(what: string, error: unknown): void {
    this.host.logger.error(`${this.current.name} could not ${what}`, { error: errorText(error) });
  }

  build(cause: string, onBuilding: () => void, signal: AbortSignal): Promise<RunLogWriter | undefined> {
    return this.builds.beforeStart(cause, onBuilding, signal);
  }

  waitForDependencies(onWait: (wait: WaitState) => void, signal: AbortSignal): Promise<void> {
    return this.dependencies.wait(this.current, onWait, signal);
  }

  newInstanceId(): string {
    return `${this.current.name}-${randomBytes(6).toString('hex')}`;
  }

  private runBySchedule(): void {
    if (!this.isWanted || !this.isResting) return;
    this.running.begin('by its schedule');
  }

  condition(condition: DependencyCondition): ConditionState {
    return conditionOf(condition, {
      spec: this.current,
      shown: this.shown.current,
      replicas: this.running.all,
      isWanted: this.isWanted,
      isRestarting: this.running.areRestarting,
      isResting: this.isResting,
    });
  }

  update(spec: ServiceSpec): void {
    const before = this.current;
    this.current = spec;
    // Copies that were asked for by hand stay until the manifest asks for another number.
    if (before.replicas !== spec.replicas) this.running.setCount(spec.replicas, this.isWanted);
    this.hot.follow(before);
    if (this.isWanted) this.schedule.arm(spec.schedule);
    if (before.build?.text !== spec.build?.text) this.builds.isDue = true;
    if (
      this.isWanted &&
      needsRestart(before, spec) &&
      this.running.all.some((replica) => replica.isActive || replica.state.phase === 'idle')
    ) {
      this.renew('micro.yaml changed').catch((error: unknown) => this.say('follow micro.yaml', error));
    }
    this.changed();
  }

  scale(count: number): void {
    this.running.checkCount(count);
    this.running.setCount(count, this.isWanted);
    this.changed();
  }

  changed(): void {
    this.shown.refresh();
    this.emitter.fire();
  }

  private see(): SeenService {
    const { current: spec, isWanted: wanted, running, stopReason, builds, hot } = this;
    return {
      spec,
      wanted,
      stopReason,
      replicas: running.all,
      instances: () => running.instances,
      isRestarting: running.areRestarting,
      nextRunAt: this.schedule.nextAt ?? 0,
      build: builds.state,
      reload: hot.state,
    };
  }

  trees(): TreeKey[] {
    return this.running.trees;
  }

  message(): Service {
    return this.shown.message();
  }

  dispose(): void {
    this.hot.dispose();
    this.schedule.disarm();
    this.emitter.dispose();
  }
}
