import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Service } from '../../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../../shared/contract/manifest.ts';
import type { Event } from '../../base/event.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { Dependencies } from '../dependencies.ts';
import { type ConditionState, type Copies, type RunOverrides, type ServiceUnit } from '../serviceUnit.ts';
import type { StopRequest } from '../stopRequest.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { ClusterWork, type ClusterWorkParts } from './clusterWork.ts';
import { Elsewhere } from './elsewhere.ts';
import { followCondition } from './kubernetesCondition.ts';
import { kubernetesMessage } from './kubernetesMessage.ts';
import { Rollouts } from './rollouts.ts';
import { sameObjects } from './sameObjects.ts';
import { ServiceSight } from './serviceSight.ts';
import { ShownState } from './shownState.ts';
import { deletedThere, taskEnd } from './restingPhase.ts';
import { copiesOf, unitView } from './unitView.ts';

/** A service or task that runs in a Kubernetes cluster: its objects are applied, its pods followed. */
export class KubernetesService extends Elsewhere implements ServiceUnit {
  readonly onDidChange: Event<void>;
  private isWanted = false;
  private cause = '';
  private count: number;
  private restartsBefore = 0;
  private readonly sight: ServiceSight;
  private readonly state: ShownState;
  private readonly work: ClusterWork;
  private readonly rollouts: Rollouts;

  constructor(
    private current: ServiceSpec,
    private readonly place: ClusterPlace,
    dependencies: Dependencies,
  ) {
    super();
    this.count = current.replicas;
    this.sight = new ServiceSight(
      place,
      () => ({ spec: this.current, phase: this.state.phase, cause: this.cause }),
      () => this.follow(),
    );
    this.state = new ShownState(place.clock, () => {
      const { pods, rollout } = this.sight;
      return {
        pods,
        rollout,
        count: this.count,
        kind: this.current.kind,
        problem: place.watch.problemOf(this.current.kind),
      };
    });
    this.onDidChange = this.state.onDidChange;
    const { sight, state } = this;
    const rollouts = new Rollouts(place, sight, this);
    const asked = (): ReturnType<ClusterWorkParts['asked']> => ({ spec: this.current, replicas: this.count });
    this.rollouts = rollouts;
    this.work = new ClusterWork({ place, dependencies, sight, state, rollouts, asked });
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
    return this.work.lacks;
  }
  get copies(): Copies {
    return copiesOf(this.view());
  }

  // Commands.

  start(cause: string, overrides?: RunOverrides): void {
    if (this.isWanted && this.state.phase.is !== 'resting') return;
    this.restartsBefore = this.sight.restarts;
    this.want(cause);
    void this.work.start(overrides);
  }

  /** After the server was started again: what runs goes on, and a task that has ended is not run once more. */
  resume(cause: string): void {
    this.want(cause);
    void this.work.resume();
  }

  async restart(cause: string, overrides?: RunOverrides): Promise<string | undefined> {
    this.cause = cause;
    if (this.state.phase.is !== 'live' || this.current.kind === 'task') {
      if (this.state.phase.is !== 'resting') await this.stop({ why: cause });
      this.work.noteRenewal();
      this.start(cause, overrides);
      return undefined;
    }
    this.want(cause);
    await this.work.renew(overrides);
    return this.rollouts.hasFailed ? this.state.shown.reason : undefined;
  }

  stop(request: StopRequest): Promise<void> {
    this.isWanted = false;
    return this.work.remove(request);
  }

  scale(count: number): void {
    if (this.current.kind !== 'service') {
      throw new MicroError('api.invalid', `${this.current.name} is a task: it runs once at a time`);
    }
    this.count = count;
    if (this.isWanted && this.state.phase.is === 'live') void this.work.scale();
    this.state.update();
  }

  rollBack(revision: number | undefined): Promise<void> {
    this.cause = 'rolled back by you';
    return this.work.rollBack(revision);
  }

  update(spec: ServiceSpec): void {
    const before = this.current;
    this.current = spec;
    if (before.replicas !== spec.replicas) this.count = spec.replicas;
    if (this.isWanted && !sameObjects(before, spec)) {
      this.cause = 'micro.yaml was changed';
      if (spec.kind === 'service' && before.kind === 'service') void this.work.apply();
      else void this.restart(this.cause);
    }
    this.state.update();
  }

  followConfig(why: string): void {
    if (!this.isWanted || this.current.onConfigChange === 'none') return;
    this.cause = why;
    if (this.work.lacks) this.start(why);
    else if (this.current.kind === 'service') void this.work.apply();
    // The Job of a task cannot be changed, and a task that has ended has nothing to follow.
    else if (!this.isResting) void this.restart(why);
  }

  private want(cause: string): void {
    this.isWanted = true;
    this.cause = cause;
  }

  // What the cluster says.

  /** Something of it changed in the cluster. */
  look(): Promise<void> {
    return this.sight.look();
  }

  /** The cluster cannot be followed any more, or can be again. */
  followProblem(): void {
    if (this.place.watch.problemOf(this.current.kind) === '') void this.look();
    else this.state.update();
  }

  /** A task that has ended is at rest; the next start runs it again. So is what somebody deleted in the cluster. */
  private follow(): void {
    const { job, pods, isMissing } = this.sight;
    const isTask = this.current.kind === 'task';
    const isLive = this.state.phase.is === 'live';
    const end = isLive && isTask && job ? taskEnd(job, pods) : undefined;
    if (end) this.state.enter(end);
    else if (isLive && isMissing) this.state.enter(deletedThere(this.current));
    else this.state.update();
  }

  condition(condition: DependencyCondition): ConditionState {
    return followCondition(condition, this.view());
  }

  message(): Service {
    return kubernetesMessage(this.view());
  }

  private view(): ReturnType<typeof unitView> {
    const asked = { spec: this.current, wanted: this.isWanted, replicas: this.count };
    return unitView(asked, this.sight, this.state, this.place);
  }

  /** What runs in the cluster goes on. */
  dispose(): void {
    this.work.dispose();
    this.sight.close();
    this.state.dispose();
  }
}
