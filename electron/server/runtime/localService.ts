import { randomBytes } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import { Emitter } from '../base/event.ts';
import { errorText } from '../base/logger.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import { needsRestart, type ServiceSpec } from '../project/serviceSpec.ts';
import type { Dependencies } from './dependencies.ts';
import type { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import { reloadService } from './reloadService.ts';
import type { ReloadResult } from './reloadState.ts';
import { Reloader } from './reloader.ts';
import { Replica, type ReplicaOwner } from './replica.ts';
import type { WaitState } from './replicaState.ts';
import { ServiceBuilds } from './serviceBuilds.ts';
import { conditionOf } from './serviceCondition.ts';
import { serviceMessage } from './serviceMessage.ts';
import { type ConditionState, type Copies, type RunOverrides, type ServiceUnit } from './serviceUnit.ts';
import { combinedStatus, type ShownStatus } from './serviceStatus.ts';
import type { StopRequest } from './stopRequest.ts';
import { TaskSchedule } from './taskSchedule.ts';

/** A service or task that runs as processes of this machine: one {@link Replica} per copy, a builder, and hot reload. */
export class LocalService implements ServiceUnit, ReplicaOwner {
  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  private isWanted = false;
  private readonly replicas: Replica[];
  /** Copies that are not wanted any more and go. */
  private readonly leaving = new Set<Replica>();
  private readonly builds: ServiceBuilds;
  private readonly reloader: Reloader;
  private readonly schedule: TaskSchedule;
  /** Counts commands, so that a slow one can see that a newer one overtook it. */
  private generation = 0;
  private stopReason = '';
  private restarting = false;
  private shown: ShownStatus = { status: Status.STOPPED, reason: '' };
  private since: number;
  private lastRun = 0;

  constructor(
    private current: ServiceSpec,
    private readonly host: InstanceHost,
    private readonly dependencies: Dependencies,
  ) {
    this.replicas = Array.from({ length: current.replicas }, () => new Replica(host, this));
    this.builds = new ServiceBuilds(host, {
      spec: () => this.current,
      newInstanceId: () => this.newInstanceId(),
      changed: () => this.changed(),
    });
    this.reloader = new Reloader(host, {
      spec: () => this.current,
      changed: () => this.changed(),
      expectReload: () => {
        if (!this.isRolling) host.trees.foresee();
      },
      reload: (cause, onSwap, signal) => this.reload(cause, onSwap, signal),
    });
    this.schedule = new TaskSchedule(host, () => this.runBySchedule());
    this.since = host.clock.now();
    this.shown = this.describe();
  }

  get spec(): ServiceSpec {
    return this.current;
  }
  get wanted(): boolean {
    return this.isWanted;
  }
  get isResting(): boolean {
    return !this.restarting && this.allReplicas.every((replica) => !replica.isActive);
  }
  /** A reload starts the new copy before the old one is stopped. */
  private get isRolling(): boolean {
    return this.current.reload === 'rolling' && typeof this.current.port !== 'number';
  }
  get attempts(): number {
    return Math.max(...this.replicas.map((replica) => replica.restarts));
  }
  private get allReplicas(): Replica[] {
    return [...this.replicas, ...this.leaving];
  }
  get copies(): Copies {
    return {
      wanted: this.replicas.length,
      ready: this.replicas.filter(({ state, current }) => state.phase === 'live' && current?.phase === 'ready').length,
      leaving: this.leaving.size,
      failed: this.replicas.some(({ state, restarts }) => (state.phase === 'idle' && state.failed) || restarts >= 3),
    };
  }

  sayMissedChanges(since: number): void {
    this.reloader.sayMissed(since);
  }
  pauseReload(paused: boolean): boolean {
    if (paused) this.reloader.pause();
    else this.reloader.resume();
    return this.current.watch !== undefined;
  }
  explainFile(path: string): Promise<{ counts: boolean; why: string }> {
    return this.reloader.explain(path);
  }

  start(cause: string, overrides?: RunOverrides): void {
    this.isWanted = true;
    this.generation++;
    if (this.isResting) this.builds.isDue = true;
    this.stopReason = '';
    for (const replica of this.replicas) replica.begin(cause, overrides);
    this.reloader.arm();
    this.schedule.arm(this.current.schedule);
    this.changed();
  }

  async stop(request: StopRequest): Promise<void> {
    this.isWanted = false;
    this.generation++;
    this.stopReason = request.why;
    // First, so that the next thing anybody sees is that it stops.
    const ends = this.allReplicas.map((replica) => replica.halt(request));
    this.reloader.disarm();
    this.schedule.disarm();
    this.changed();
    await Promise.all(ends);
    this.changed();
  }

  async restart(cause: string, overrides?: RunOverrides): Promise<void> {
    this.isWanted = true;
    const generation = ++this.generation;
    this.reloader.arm();
    this.schedule.arm(this.current.schedule);
    // One that only waits for its dependencies has nothing to restart; it goes on waiting (SUP-06).
    if (this.replicas.every((replica) => replica.state.phase === 'waiting' && replica.instances.size === 0)) return;
    const built = await this.buildBeforeRestart(cause);
    if (built === 'failed' || this.generation !== generation) return;
    await this.haltAll(`restarted: ${cause}`);
    if (this.generation !== generation) return;
    for (const replica of this.replicas) replica.begin(cause, overrides);
    this.changed();
  }

  /** The old version serves while the new one is built; when that fails, it goes on serving. */
  private async buildBeforeRestart(cause: string): Promise<'ok' | 'failed'> {
    if (!this.current.build || !this.replicas.some((replica) => replica.current?.phase === 'ready')) {
      this.builds.isDue = true;
      return 'ok';
    }
    const built = await this.builds.run(cause, new AbortController().signal);
    this.builds.pendingLog = built.log;
    this.builds.isDue = false;
    if (built.ok) return 'ok';
    this.builds.pendingLog = undefined;
    return 'failed';
  }

  /** Called by hot reload. Resolves when the new version serves, or with why it does not. */
  private reload(cause: string, onSwap: () => void, signal: AbortSignal): Promise<ReloadResult> {
    const { host, builds, replicas, dependencies } = this;
    const generation = this.generation;
    return reloadService(
      {
        host,
        builds,
        replicas,
        dependencies,
        spec: this.current,
        isRolling: this.isRolling,
        onDidChange: this.onDidChange,
        isWanted: () => this.isWanted,
        isOvertaken: () => this.generation !== generation,
        shown: () => this.shown,
        haltAll: (why) => this.haltAll(why),
        changed: () => this.changed(),
      },
      { cause, onSwap, signal },
    );
  }

  /** Ends every copy; until they are gone this is a restart and no stop. */
  private async haltAll(why: string): Promise<void> {
    this.restarting = true;
    try {
      await Promise.all(this.replicas.map((replica) => replica.halt({ why, replaced: true })));
    } finally {
      this.restarting = false;
    }
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
    for (const replica of this.replicas) replica.begin('by its schedule');
  }

  condition(condition: DependencyCondition): ConditionState {
    return conditionOf(condition, {
      spec: this.current,
      shown: this.shown,
      replicas: this.replicas,
      isWanted: this.isWanted,
      isRestarting: this.restarting,
      isResting: this.isResting,
    });
  }

  update(spec: ServiceSpec): void {
    const before = this.current;
    this.current = spec;
    // Copies that were asked for by hand stay until the manifest asks for another number.
    if (before.replicas !== spec.replicas) this.setCopies(spec.replicas);
    if (JSON.stringify(before.watch) !== JSON.stringify(spec.watch) || before.folder !== spec.folder)
      this.reloader.rearm();
    if (this.isWanted) this.schedule.arm(spec.schedule);
    if (before.build?.text !== spec.build?.text) this.builds.isDue = true;
    if (
      this.isWanted &&
      needsRestart(before, spec) &&
      this.replicas.some((replica) => replica.isActive || replica.state.phase === 'idle')
    ) {
      void this.restart('micro.yaml changed').catch((error: unknown) => {
        this.host.logger.error('a changed service could not be restarted', {
          service: spec.name,
          error: errorText(error),
        });
      });
    }
    this.changed();
  }

  scale(count: number): void {
    const { name, kind, port } = this.current;
    if (kind === 'task' && count !== 1) throw new MicroError('api.invalid', `${name} is a task, it runs once`);
    if (typeof port === 'number' && count > 1) {
      throw new MicroError('api.invalid', `${count} copies of ${name} cannot share port ${port}`, {
        next: 'Write port: auto in micro.yaml; the gateway finds each copy.',
      });
    }
    this.setCopies(count);
    this.changed();
  }

  /** Adds or takes away copies while the others go on. */
  private setCopies(count: number): void {
    while (this.replicas.length < count) {
      const replica = new Replica(this.host, this);
      this.replicas.push(replica);
      if (this.isWanted) replica.begin(`scaled to ${count}`);
    }
    for (const replica of this.replicas.splice(count)) {
      this.leaving.add(replica);
      void replica.leave(`scaled to ${count}`).finally(() => {
        this.leaving.delete(replica);
        this.changed();
      });
    }
  }

  changed(): void {
    const shown = this.describe();
    if (shown.status !== this.shown.status) this.since = this.host.clock.now();
    this.shown = shown;
    this.emitter.fire();
  }

  private describe(): ShownStatus {
    if (this.current.cycle && !this.isWanted) {
      return {
        status: Status.ERROR,
        reason: `in a circle of dependencies: ${this.current.cycle}`,
        next: 'Take one of these dependsOn away.',
      };
    }
    const shown = combinedStatus(this.replicas);
    // Between the end of the old copy and the start of the new one a restart is not "stopped".
    if (this.restarting && shown.status === Status.STOPPED) return { status: Status.STARTING, reason: this.stopReason };
    return shown;
  }

  private get instances(): Instance[] {
    return this.allReplicas.flatMap((replica) => [...replica.instances]);
  }

  trees(): TreeKey[] {
    return this.instances.filter((instance) => instance.pid !== 0).map((instance) => instance.key);
  }

  message(): Service {
    this.lastRun = Math.max(this.lastRun, ...this.replicas.map((replica) => replica.current?.run ?? 0));
    return serviceMessage({
      spec: this.current,
      shown: this.shown,
      since: this.since,
      wanted: this.isWanted,
      replicas: this.replicas,
      instances: this.instances,
      lastRun: this.lastRun,
      build: this.builds.state,
      reload: this.reloader.state,
    });
  }

  dispose(): void {
    this.reloader.dispose();
    this.schedule.disarm();
    this.emitter.dispose();
  }
}
