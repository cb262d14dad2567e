import type { V1Deployment } from '@kubernetes/client-node';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import { type ShownStatus, waitText } from '../serviceStatus.ts';
import type { Phase } from './phase.ts';
import type { PodState } from './podState.ts';

/** What a status is made of. */
export interface ClusterView {
  phase: Phase;
  pods: readonly PodState[];
  rollout: V1Deployment | undefined;
  count: number;
  kind: 'service' | 'task' | 'external';
  /** Why the cluster cannot be followed, so that its pods are as they were seen last; empty when it is. */
  problem: string;
}

/** From what helps most to know to what helps least, when copies are not ready for different reasons. */
const worst = [Status.ERROR, Status.PENDING, Status.STARTING, Status.STOPPED];

/** What there is to do while the cluster cannot be followed. */
const UNSEEN_NEXT = 'It is followed again as soon as the cluster answers and allows it: kubectl cluster-info.';

/** What there is to do where the cluster makes no pod of a Deployment. */
const REFUSED_NEXT =
  'The cluster tries again by itself; make room by stopping something, or ask whoever set its limits.';

/** The status of a service in the cluster: how far our command is, then what its pods say. */
export function clusterStatus(view: ClusterView): ShownStatus {
  const { phase } = view;
  switch (phase.is) {
    case 'resting':
      return {
        status: phase.failed ? Status.ERROR : Status.STOPPED,
        reason: phase.reason,
        ...(phase.next ? { next: phase.next } : {}),
      };
    case 'waiting':
      return {
        status: phase.wait.blocked ? Status.ERROR : Status.PENDING,
        reason: waitText(phase.wait),
        waitingFor: phase.wait.waitingFor.map(({ service }) => service),
        ...(phase.wait.hopeless
          ? { next: 'Start what it waits for, or start it together with everything it needs.' }
          : {}),
      };
    case 'building':
      return liveStatus(view, Status.BUILDING);
    case 'applying':
      return liveStatus(view, Status.STARTING);
    case 'stopping':
      return { status: Status.STOPPING, reason: view.problem || 'its pods are ending' };
    case 'live':
      return liveStatus(view, Status.STARTING);
  }
}

function liveStatus(view: ClusterView, otherwise: Status): ShownStatus {
  const { pods, count, kind, problem } = view;
  // What ran a moment ago may run or not: nobody can say.
  if (problem !== '') return { status: Status.UNKNOWN, reason: problem, next: UNSEEN_NEXT };
  const here = pods.filter((pod) => !pod.isLeaving);
  const ready = here.filter((pod) => pod.isReady);
  const problems = here.filter((pod) => !pod.isReady);
  const worstPod = worst.flatMap((status) => problems.filter((pod) => pod.status === status))[0];
  if (kind === 'task') {
    const running = here.find((pod) => pod.status === Status.RUNNING || pod.status === Status.STARTING);
    if (running) return { status: Status.RUNNING, reason: '' };
    return worstPod
      ? {
          status: worstPod.status === Status.STOPPED ? Status.RUNNING : worstPod.status,
          reason: worstPod.reason,
          ...next(worstPod),
        }
      : { status: otherwise, reason: '' };
  }
  if (ready.length === 0) {
    if (!worstPod) {
      // Nothing is on its way while the cluster makes no pod, by a quota for one.
      const refusal = deploymentProblem(view.rollout);
      return refusal === '' || view.phase.is !== 'live'
        ? { status: otherwise, reason: refusal }
        : { status: Status.PENDING, reason: refusal, next: REFUSED_NEXT };
    }
    // A pod that ended is started again; until then it is on its way.
    const status = worstPod.status === Status.STOPPED ? Status.STARTING : worstPod.status;
    return { status, reason: worstPod.reason, ...next(worstPod) };
  }
  const isRolling = view.rollout !== undefined && rolloutState(view.rollout) === 'under way';
  const updated = view.rollout?.status?.updatedReplicas ?? 0;
  const parts = [
    isRolling && updated < count ? `rolling update: ${updated} of ${count} copies are new` : '',
    ready.length < count || problems.length > 0 ? `${ready.length} of ${count} copies ready` : '',
    worstPod && worstPod.status !== Status.STARTING ? worstPod.reason : '',
    deploymentProblem(view.rollout),
    ready.map((pod) => pod.reason).find(Boolean) ?? '',
  ];
  return {
    status: Status.RUNNING,
    reason: parts.filter(Boolean).join('; '),
    ...(worstPod ? next(worstPod) : {}),
  };
}

function next(pod: PodState): { next?: string } {
  return pod.next === undefined ? {} : { next: pod.next };
}

/** What the controller cannot do: a quota, a deadline that passed. */
function deploymentProblem(rollout: V1Deployment | undefined): string {
  for (const { type, status, reason, message } of rollout?.status?.conditions ?? []) {
    if (type === 'ReplicaFailure' && status === 'True') return `${reason}: ${message}`;
    if (type === 'Progressing' && status === 'False') return `${reason}: the new version does not get ready`;
  }
  return '';
}

/** Whether the newest version of a Deployment has taken the place of the others. */
export function rolloutState(rollout: V1Deployment | undefined): 'done' | 'failed' | 'under way' {
  const { metadata, spec, status } = rollout ?? {};
  if (status === undefined) return 'under way';
  if (deploymentProblem(rollout) !== '') return 'failed';
  const wanted = spec?.replicas ?? 1;
  const isSeen = (status.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const isNew = (status.updatedReplicas ?? 0) >= wanted && (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  return isSeen && isNew && (status.availableReplicas ?? 0) >= wanted ? 'done' : 'under way';
}
