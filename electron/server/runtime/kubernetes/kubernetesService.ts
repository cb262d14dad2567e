import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type Service, Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../../shared/contract/manifest.ts';
import { Emitter } from '../../base/event.ts';
import { errorText } from '../../base/logger.ts';
import type { TreeKey } from '../../host/processTree.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ShownStatus } from '../serviceStatus.ts';
import { type ConditionState, type Copies, type RunOverrides, type ServiceUnit } from '../serviceUnit.ts';
import type { StopRequest } from '../stopRequest.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { followCondition } from './kubernetesCondition.ts';
import { kubernetesMessage } from './kubernetesMessage.ts';
import type { Phase } from './phase.ts';
import { type PodState, podState } from './podState.ts';
import { clusterStatus, rolloutState } from './clusterStatus.ts';
import { Nodes } from './nodes.ts';
import { versionBefore } from './rollBack.ts';

/** So many restarts of its pods, and a version is not coming up. */
const attemptsUntilFailed = 3;

/** A service or task that runs in a Kubernetes cluster: its objects are applied, its pods followed. */
export class KubernetesService implements ServiceUnit {
  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  private phase: Phase = { is: 'resting', reason: '', failed: false };
  private isWanted = false;
  private controller = new AbortController();
  private cause = '';
  private count: number;
  private shown: ShownStatus = { status: Status.STOPPED, reason: '' };
  private since: number;
  private restartsBefore = 0;
  private lacks = false;
  private pods: PodState[] = [];
  private rollout: V1Deployment | undefined;
  private job: V1Job | undefined;
  /** Changes when pods are to be started anew. */
  private startedAt: string | undefined;
  private looking: Promise<void> = Promise.resolve();
  private readonly nodes: Nodes;

  constructor(
    private current: ServiceSpec,
    private readonly place: ClusterPlace,
    private readonly dependencies: Dependencies,
  ) {
    this.count = current.replicas;
    this.since = place.clock.now();
    this.nodes = new Nodes(place);
  }

  get spec(): ServiceSpec {
    return this.current;
  }
  get wanted(): boolean {
    return this.isWanted;
  }
  get isResting(): boolean {
    return this.phase.is === 'resting';
  }
  get attempts(): number {
    return Math.max(0, this.restarts - this.restartsBefore);
  }
  get lacksConfig(): boolean {
    return this.lacks;
  }
  get copies(): Copies {
    const ready = this.pods.filter((pod) => pod.isReady).length;
    const leaving = this.pods.filter((pod) => pod.isLeaving).length;
    return { wanted: this.count, ready, leaving, failed: this.shown.status === Status.ERROR };
  }
  private get restarts(): number {
    return this.pods.reduce((sum, pod) => sum + pod.restarts, 0);
  }

  // Commands.

  start(cause: string, overrides?: RunOverrides): void {
    if (this.isWanted && this.phase.is !== 'resting') return;
    this.cause = cause;
    this.restartsBefore = this.restarts;
    void this.run(async (signal) => {
      await this.dependencies.wait(this.current, (wait) => this.enter({ is: 'waiting', wait }), signal);
      // A task that ended is run again by a new Job.
      if (this.current.kind === 'task') await this.place.objects.remove(this.current.name, false, signal);
      await this.applyNow(signal, overrides);
    });
  }

  async restart(cause: string, overrides?: RunOverrides): Promise<string | undefined> {
    this.cause = cause;
    this.startedAt = new Date(this.place.clock.now()).toISOString();
    if (this.phase.is !== 'live' || this.current.kind === 'task') {
      if (this.phase.is !== 'resting') await this.stop({ why: cause });
      this.start(cause, overrides);
      return undefined;
    }
    await this.run(async (signal) => {
      await this.applyNow(signal, overrides);
      await this.rolledOut(signal);
    });
    return rolloutState(this.rollout) === 'failed' ? this.shown.reason : undefined;
  }

  /** Resolves when the newest version is the only one, or does not get there. */
  private rolledOut(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        subscription.dispose();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const subscription = this.onDidChange(() => {
        if (rolloutState(this.rollout) !== 'under way' || this.attempts >= attemptsUntilFailed) finish();
      });
      signal.addEventListener('abort', finish, { once: true });
      void this.look();
    });
  }

  async stop(request: StopRequest): Promise<void> {
    this.isWanted = false;
    const { signal } = this.newCommand();
    this.enter({ is: 'stopping' });
    this.nodes.close(this.current.name);
    try {
      await this.place.objects.remove(this.current.name, request.force === true, signal);
      this.rollout = undefined;
      this.job = undefined;
      this.startedAt = undefined;
      this.enter({ is: 'resting', reason: request.why, failed: request.failed === true });
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
    if (this.isWanted && this.phase.is === 'live') void this.run((signal) => this.applyNow(signal, undefined, true));
    this.changed();
  }

  /** Goes back to an earlier version; undefined: the one before. Resolves when it is asked for. */
  async rollBack(revision: number | undefined): Promise<void> {
    const { objects } = this.place;
    const deployment = this.rollout;
    if (!deployment || this.phase.is !== 'live')
      throw new MicroError('runtime.no-version', `${this.current.name} does not run, so it cannot go back`);
    const template = versionBefore(await objects.versions(deployment), revision, this.current.name);
    this.cause = 'rolled back by you';
    const written = await this.place.objectsOf(this.current, { image: '', replicas: this.count, overrides: undefined });
    const { signal } = this.newCommand();
    for (const object of written) {
      const { spec, ...newest } = object as V1Deployment;
      if (object.kind === 'Deployment' && spec)
        await objects.apply<V1Deployment>({ ...newest, spec: { ...spec, template } }, true);
    }
    await this.rolledOut(signal);
  }

  update(spec: ServiceSpec): void {
    const before = this.current;
    this.current = spec;
    if (before.replicas !== spec.replicas) this.count = spec.replicas;
    const written = ({ watch, reload, declaredAt, start, dependsOn, cascade, folder, ...rest }: ServiceSpec): string =>
      JSON.stringify(rest);
    if (this.isWanted && written(before) !== written(spec)) {
      this.cause = 'micro.yaml was changed';
      if (spec.kind === 'service' && before.kind === 'service') void this.run((signal) => this.applyNow(signal));
      else void this.restart(this.cause);
    }
    this.changed();
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
    this.enter({ is: 'applying' });
    try {
      await command(signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private async applyNow(signal: AbortSignal, overrides?: RunOverrides, force = false): Promise<void> {
    this.enter({ is: 'building' });
    const { place } = this;
    const image = await place.image(this.current, signal);
    this.enter({ is: 'applying' });
    const objects = await place.objectsOf(this.current, {
      image,
      replicas: this.count,
      ...(this.startedAt === undefined ? {} : { startedAt: this.startedAt }),
      overrides,
    });
    for (const object of objects) {
      signal.throwIfAborted();
      await place.objects.apply(object, force);
    }
    this.enter({ is: 'live' });
    await this.look();
  }

  private newCommand(): AbortController {
    this.controller.abort(new Error('overtaken'));
    this.controller = new AbortController();
    return this.controller;
  }

  private fail(error: unknown): void {
    const problem = error instanceof MicroError ? error : new MicroError('kubernetes.failed', errorText(error));
    this.lacks = problem.code === 'config.not-found';
    if (this.rollout) {
      // What could not be changed goes on as it was.
      this.place.say('error', this.current.name, problem.message, problem.code);
      this.enter({ is: 'live' });
      return;
    }
    const next = problem.next === undefined ? {} : { next: problem.next };
    this.enter({ is: 'resting', reason: problem.message, failed: true, ...next });
  }

  // What the cluster says.

  /** Something of it changed in the cluster. Looks are one after the other, so that the last word is the newest. */
  look(): Promise<void> {
    this.looking = this.looking
      .then(() => this.lookNow())
      .catch((error: unknown) => {
        this.place.logger.warn(`${this.current.name} cannot be looked at: ${errorText(error)}`);
      });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const { place, current } = this;
    const pods = place.watch.podsOf(current.name);
    for (const pod of pods) place.logs.note(current.name, pod, this.cause);
    for (const { name } of this.pods) if (!pods.some((pod) => pod.metadata?.name === name)) place.logs.forget(name);
    this.pods = pods.map(podState).sort((a, b) => a.startedAt - b.startedAt);
    if (this.phase.is === 'live') {
      if (current.kind === 'task') this.job = await place.read<V1Job>('batch/v1', 'Job', current);
      else this.rollout = await place.read<V1Deployment>('apps/v1', 'Deployment', current);
    }
    const isOver = this.phase.is === 'stopping' || this.phase.is === 'resting';
    // While a new version is written, the old one goes on answering.
    await this.nodes.follow(current, isOver ? [] : this.pods);
    this.followTask();
    this.changed();
  }

  /** A task that has ended is at rest; the next start runs it again. */
  private followTask(): void {
    const { job } = this;
    if (this.phase.is !== 'live' || this.current.kind !== 'task' || !job) return;
    const ended = job.status?.conditions?.find(
      ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
    );
    if (!ended) return;
    const isFine = ended.type === 'Complete';
    const last = this.pods.at(-1);
    const reason = isFine ? 'completed' : last?.reason || ended.message || 'failed';
    this.enter({
      is: 'resting',
      reason,
      failed: !isFine,
      completed: isFine,
      ...(last?.next ? { next: last.next } : {}),
    });
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.changed();
  }

  private changed(): void {
    const { phase, pods, rollout, count, place } = this;
    const next = clusterStatus({ phase, pods, rollout, count, kind: this.current.kind, problem: place.watch.problem });
    if (next.status !== this.shown.status) this.since = place.clock.now();
    this.shown = next;
    this.emitter.fire();
  }

  condition(condition: DependencyCondition): ConditionState {
    return followCondition(condition, {
      spec: this.current,
      shown: this.shown,
      phase: this.phase,
      pods: this.pods,
      wanted: this.isWanted,
    });
  }

  trees(): TreeKey[] {
    return [];
  }

  message(): Service {
    return kubernetesMessage({
      spec: this.current,
      shown: this.shown,
      pods: this.pods,
      since: this.since,
      wanted: this.isWanted,
      restarts: this.restarts,
      replicas: this.count,
      runOf: (pod) => this.place.logs.runOf(pod),
    });
  }

  /** What runs in the cluster goes on. */
  dispose(): void {
    this.controller.abort(new Error('disposed'));
    this.nodes.close(this.current.name);
    this.emitter.dispose();
  }
}
