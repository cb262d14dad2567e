import { MicroError } from '../../../../shared/contract/errors.ts';
import { type Service, Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../../shared/contract/manifest.ts';
import type { Event } from '../../base/event.ts';
import { errorText } from '../../base/logger.ts';
import type { TreeKey } from '../../host/processTree.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { isLack } from '../configReferences.ts';
import type { Dependencies } from '../dependencies.ts';
import { type ConditionState, type Copies, type RunOverrides, type ServiceUnit } from '../serviceUnit.ts';
import type { StopRequest } from '../stopRequest.ts';
import { applyService } from './applyService.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { followCondition } from './kubernetesCondition.ts';
import { kubernetesMessage } from './kubernetesMessage.ts';
import { rolloutState } from './clusterStatus.ts';
import { rollBackOf } from './rollBack.ts';
import { rolledOut } from './rolledOut.ts';
import { sameObjects } from './sameObjects.ts';
import { ServiceSight } from './serviceSight.ts';
import { ShownState } from './shownState.ts';
import { taskEnd } from './taskEnd.ts';

/** So many restarts of its pods, and a version is not coming up. */
const attemptsUntilFailed = 3;

/** A service or task that runs in a Kubernetes cluster: its objects are applied, its pods followed. */
export class KubernetesService implements ServiceUnit {
  readonly onDidChange: Event<void>;
  private isWanted = false;
  private controller = new AbortController();
  private cause = '';
  private count: number;
  private restartsBefore = 0;
  private lacks = false;
  /** Changes when pods are to be started anew. */
  private startedAt: string | undefined;
  private readonly sight: ServiceSight;
  private readonly state: ShownState;

  constructor(
    private current: ServiceSpec,
    private readonly place: ClusterPlace,
    private readonly dependencies: Dependencies,
  ) {
    this.count = current.replicas;
    this.sight = new ServiceSight(
      place,
      () => ({ spec: this.current, phase: this.state.phase, cause: this.cause }),
      () => this.follow(),
    );
    this.state = new ShownState(place.clock, () => {
      const { pods, rollout } = this.sight;
      return { pods, rollout, count: this.count, kind: this.current.kind, problem: place.watch.problem };
    });
    this.onDidChange = this.state.onDidChange;
  }

  get spec(): ServiceSpec {
    return this.current;
  }
  get wanted(): boolean {
    return this.isWanted;
  }
  get isResting(): boolean {
    return this.state.phase.is === 'resting';
  }
  get attempts(): number {
    return Math.max(0, this.sight.restarts - this.restartsBefore);
  }
  get lacksConfig(): boolean {
    return this.lacks;
  }
  get copies(): Copies {
    const { pods } = this.sight;
    const ready = pods.filter((pod) => pod.isReady).length;
    const leaving = pods.filter((pod) => pod.isLeaving).length;
    return { wanted: this.count, ready, leaving, failed: this.state.shown.status === Status.ERROR };
  }

  // Commands.

  start(cause: string, overrides?: RunOverrides): void {
    if (this.isWanted && this.state.phase.is !== 'resting') return;
    this.cause = cause;
    this.restartsBefore = this.sight.restarts;
    void this.run(async (signal) => {
      await this.dependencies.wait(this.current, (wait) => this.state.enter({ is: 'waiting', wait }), signal);
      // A task that ended is run again by a new Job.
      if (this.current.kind === 'task') await this.place.objects.remove(this.current.name, { force: false, signal });
      await this.applyNow(signal, overrides);
    });
  }

  async restart(cause: string, overrides?: RunOverrides): Promise<string | undefined> {
    this.cause = cause;
    this.startedAt = new Date(this.place.clock.now()).toISOString();
    if (this.state.phase.is !== 'live' || this.current.kind === 'task') {
      if (this.state.phase.is !== 'resting') await this.stop({ why: cause });
      this.start(cause, overrides);
      return undefined;
    }
    await this.run(async (signal) => {
      await this.applyNow(signal, overrides);
      await this.rolledOut(signal);
    });
    return rolloutState(this.sight.rollout) === 'failed' ? this.state.shown.reason : undefined;
  }

  private rolledOut(signal: AbortSignal): Promise<void> {
    const isDecided = (): boolean =>
      rolloutState(this.sight.rollout) !== 'under way' || this.attempts >= attemptsUntilFailed;
    return rolledOut({ onDidChange: this.onDidChange, isDecided, look: () => this.look() }, signal);
  }

  async stop(request: StopRequest): Promise<void> {
    this.isWanted = false;
    const { signal } = this.newCommand();
    this.state.enter({ is: 'stopping' });
    this.sight.close();
    try {
      await this.place.objects.remove(this.current.name, {
        force: request.force === true,
        signal,
        ...(request.handleEnded ? { handleEnded: request.handleEnded } : {}),
      });
      this.sight.forget();
      this.startedAt = undefined;
      this.state.enter({ is: 'resting', reason: request.why, failed: request.failed === true });
    } catch (error) {
      if (signal.aborted) return;
      this.fail(error);
    }
  }

  scale(count: number): void {
    if (this.current.kind !== 'service') {
      throw new MicroError('api.invalid', `${this.current.name} is a task: it runs once at a time`);
    }
    this.count = count;
    if (this.isWanted && this.state.phase.is === 'live')
      void this.run((signal) => this.applyNow(signal, undefined, true));
    this.state.update();
  }

  /** Goes back to an earlier version; undefined: the one before. Resolves when it is asked for. */
  async rollBack(revision: number | undefined): Promise<void> {
    const { rollout } = this.sight;
    if (!rollout || this.state.phase.is !== 'live')
      throw new MicroError('runtime.no-version', `${this.current.name} does not run, so it cannot go back`);
    const write = await rollBackOf(this.place, this.current, rollout, { revision, replicas: this.count });
    this.cause = 'rolled back by you';
    const { signal } = this.newCommand();
    await write();
    await this.rolledOut(signal);
  }

  update(spec: ServiceSpec): void {
    const before = this.current;
    this.current = spec;
    if (before.replicas !== spec.replicas) this.count = spec.replicas;
    if (this.isWanted && !sameObjects(before, spec)) {
      this.cause = 'micro.yaml was changed';
      if (spec.kind === 'service' && before.kind === 'service') void this.run((signal) => this.applyNow(signal));
      else void this.restart(this.cause);
    }
    this.state.update();
  }

  followConfig(why: string): void {
    if (!this.isWanted || this.current.onConfigChange === 'none') return;
    this.cause = why;
    if (this.lacks) this.start(why);
    else void this.run((signal) => this.applyNow(signal));
  }

  sayMissedChanges(): void {
    // Files of this machine are not what runs there.
  }
  pauseReload(): boolean {
    return false;
  }
  explainFile(): Promise<{ counts: boolean; why: string }> {
    return Promise.resolve({ counts: false, why: 'what runs in Kubernetes comes from an image, not from files here' });
  }

  /** Runs a command unless a newer one overtakes it; its failure is the status. */
  private async run(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.isWanted = true;
    this.lacks = false;
    const { signal } = this.newCommand();
    this.state.enter({ is: 'applying' });
    try {
      await command(signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private async applyNow(signal: AbortSignal, overrides?: RunOverrides, force = false): Promise<void> {
    await applyService(this.place, this.current, {
      replicas: this.count,
      startedAt: this.startedAt,
      overrides,
      force,
      signal,
      enter: (phase) => this.state.enter(phase),
    });
    await this.look();
  }

  private newCommand(): AbortController {
    this.controller.abort(new Error('overtaken'));
    this.controller = new AbortController();
    return this.controller;
  }

  private fail(error: unknown): void {
    const problem = error instanceof MicroError ? error : new MicroError('kubernetes.failed', errorText(error));
    this.lacks = isLack(problem.code);
    if (this.sight.rollout) {
      // What could not be changed goes on as it was.
      this.place.say('error', this.current.name, problem.message, problem.code);
      this.state.enter({ is: 'live' });
      return;
    }
    const next = problem.next === undefined ? {} : { next: problem.next };
    this.state.enter({ is: 'resting', reason: problem.message, failed: true, ...next });
  }

  // What the cluster says.

  /** Something of it changed in the cluster. */
  look(): Promise<void> {
    return this.sight.look();
  }

  /** A task that has ended is at rest; the next start runs it again. */
  private follow(): void {
    const { job, pods } = this.sight;
    const end = this.state.phase.is === 'live' && this.current.kind === 'task' && job ? taskEnd(job, pods) : undefined;
    if (end) this.state.enter(end);
    else this.state.update();
  }

  condition(condition: DependencyCondition): ConditionState {
    return followCondition(condition, {
      spec: this.current,
      shown: this.state.shown,
      phase: this.state.phase,
      pods: this.sight.pods,
      wanted: this.isWanted,
    });
  }

  trees(): TreeKey[] {
    return [];
  }

  message(): Service {
    return kubernetesMessage({
      spec: this.current,
      shown: this.state.shown,
      pods: this.sight.pods,
      since: this.state.since,
      wanted: this.isWanted,
      restarts: this.sight.restarts,
      replicas: this.count,
      runOf: (pod) => this.place.logs.runOf(pod),
    });
  }

  /** What runs in the cluster goes on. */
  dispose(): void {
    this.controller.abort(new Error('disposed'));
    this.sight.close();
    this.state.dispose();
  }
}
