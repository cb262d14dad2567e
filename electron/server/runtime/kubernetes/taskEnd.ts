import type { V1Job } from '@kubernetes/client-node';
import type { Phase } from './phase.ts';
import type { PodState } from './podState.ts';

/** How a task came to rest, undefined while its Job goes on. */
export function taskEnd(job: V1Job, pods: readonly PodState[]): Extract<Phase, { is: 'resting' }> | undefined {
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
