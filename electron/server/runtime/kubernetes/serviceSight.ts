import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import { errorText } from '../../base/logger.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { Nodes } from './nodes.ts';
import type { Phase } from './phase.ts';
import { type PodState, podState } from './podState.ts';

/** What is to be known of a service for a look at it. */
export interface Looked {
  spec: ServiceSpec;
  phase: Phase;
  /** Why its pods run, for the log. */
  cause: string;
}

/** What the cluster says of one service: its pods, and what became of its Deployment or Job. */
export class ServiceSight {
  pods: PodState[] = [];
  rollout: V1Deployment | undefined;
  job: V1Job | undefined;
  /** What its pods are made by is not in the cluster, although nobody here removed it. */
  isMissing = false;
  private looking: Promise<void> = Promise.resolve();
  private readonly nodes: Nodes;

  constructor(
    private readonly place: ClusterPlace,
    private readonly looked: () => Looked,
    private readonly handleSeen: () => void,
  ) {
    this.nodes = new Nodes(place);
  }

  get restarts(): number {
    return this.pods.reduce((sum, pod) => sum + pod.restarts, 0);
  }

  /** Something of it changed in the cluster. Looks are one after the other, so that the last word is the newest. */
  look(): Promise<void> {
    this.looking = this.looking
      .then(() => this.lookNow())
      .catch((error: unknown) => {
        this.place.logger.warn(`${this.looked().spec.name} cannot be looked at: ${errorText(error)}`);
        // What its pods say is known all the same.
        this.handleSeen();
      });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const { place } = this;
    const { spec, cause } = this.looked();
    const pods = place.watch.podsOf(spec.name);
    for (const pod of pods) place.logs.note(spec.name, pod, cause);
    for (const { name } of this.pods) if (!pods.some((pod) => pod.metadata?.name === name)) place.logs.forget(name);
    this.pods = pods.map(podState).sort((a, b) => a.startedAt - b.startedAt);
    if (this.looked().phase.is === 'live') {
      if (spec.kind === 'task') this.job = await place.read<V1Job>('batch/v1', 'Job', spec);
      else this.rollout = await place.read<V1Deployment>('apps/v1', 'Deployment', spec);
      this.isMissing = (spec.kind === 'task' ? this.job : this.rollout) === undefined;
    } else this.isMissing = false;
    const { phase } = this.looked();
    const isOver = phase.is === 'stopping' || phase.is === 'resting';
    // While a new version is written, the old one goes on answering.
    await this.nodes.follow(spec, isOver ? [] : this.pods);
    this.handleSeen();
  }

  /** Nothing of it is in the cluster any more. */
  forget(): void {
    this.rollout = undefined;
    this.job = undefined;
  }

  /** Gateway and proxy do not reach it any more. */
  close(): void {
    this.nodes.close(this.looked().spec.name);
  }
}
