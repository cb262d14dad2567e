import type { V1Job } from '@kubernetes/client-node';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { Phase } from './phase.ts';
import type { PodState } from './podState.ts';

type RestingPhase = Extract<Phase, { is: 'resting' }>;

/** How a service or task came to rest whose Deployment or Job was deleted by somebody else. */
export function deletedThere({ name, kind }: Pick<ServiceSpec, 'name' | 'kind'>): RestingPhase {
  const what = kind === 'task' ? 'Job' : 'Deployment';
  const next = `Start it again if that was a mistake: micro start ${name}`;
  return { is: 'resting', reason: `its ${what} was deleted in the cluster`, failed: true, next };
}

/** How a task came to rest, undefined while its Job goes on. */
export function taskEnd(job: V1Job, pods: readonly PodState[]): RestingPhase | undefined {
  const ended = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (!ended) return undefined;
  const isFine = ended.type === 'Complete';
  const last = pods.at(-1);
  return {
    is: 'resting',
    reason: isFine ? 'completed' : last?.reason || ended.message || 'failed',
    failed: !isFine,
    completed: isFine,
    ...(last?.next ? { next: last.next } : {}),
  };
}
