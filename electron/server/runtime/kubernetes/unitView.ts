import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { Copies } from '../serviceUnit.ts';
import type { ClusterServiceView } from './kubernetesMessage.ts';
import type { FollowedService } from './kubernetesCondition.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import type { ServiceSight } from './serviceSight.ts';
import type { ShownState } from './shownState.ts';

/** What was asked of a service, beside its declaration. */
export interface Asked {
  spec: ClusterServiceView['spec'];
  wanted: boolean;
  replicas: number;
}

/** All there is to say of a service in the cluster to who asks: what was asked of it, and what is seen. */
export function unitView(
  asked: Asked,
  { pods, restarts }: ServiceSight,
  { shown, phase, since }: ShownState,
  { logs }: Pick<ClusterPlace, 'logs'>,
): ClusterServiceView & FollowedService {
  return { ...asked, pods, restarts, shown, phase, since, runOf: (pod) => logs.runOf(pod) };
}

/** How the copies of a service stand. */
export function copiesOf({ pods, shown, replicas }: Pick<ClusterServiceView, 'pods' | 'shown' | 'replicas'>): Copies {
  return {
    wanted: replicas,
    ready: pods.filter((pod) => pod.isReady).length,
    leaving: pods.filter((pod) => pod.isLeaving).length,
    failed: shown.status === Status.ERROR,
  };
}
