import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { Status } from '../../../../shared/contract/gen/state_pb.ts';

/** What a pod says of itself, in our words. */
export interface PodState {
  name: string;
  status: Status;
  /** Empty when there is nothing to say. */
  reason: string;
  next?: string;
  isReady: boolean;
  isLeaving: boolean;
  restarts: number;
  startedAt: number;
  readyAt: number;
  ip: string;
}

/** ms since 1970 of a time that is a Date or a text, depending on how it came; 0: none. */
export function timeOf(value: Date | string | undefined): number {
  return value === undefined ? 0 : new Date(value).getTime() || 0;
}

/** The status of a pod of a service, with the reason that Kubernetes has for it. */
export function podState(pod: V1Pod): PodState {
  const container = pod.status?.containerStatuses?.[0];
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  const isLeaving = pod.metadata?.deletionTimestamp !== undefined;
  const isReady = ready?.status === 'True' && !isLeaving;
  return {
    name: pod.metadata?.name ?? '',
    isReady,
    isLeaving,
    restarts: container?.restartCount ?? 0,
    startedAt: timeOf(container?.state?.running?.startedAt ?? pod.metadata?.creationTimestamp),
    readyAt: isReady ? timeOf(ready?.lastTransitionTime) : 0,
    ip: pod.status?.podIP ?? '',
    ...shown(pod, container, isReady, isLeaving),
  };
}

function shown(
  pod: V1Pod,
  container: V1ContainerStatus | undefined,
  isReady: boolean,
  isLeaving: boolean,
): { status: Status; reason: string; next?: string } {
  const last = container?.lastState?.terminated;
  const lastEnd = last ? `ended before: ${endText(last)}` : '';
  if (isLeaving) return { status: Status.STOPPING, reason: '' };
  if (isReady) return { status: Status.RUNNING, reason: lastEnd };
  if (pod.status?.phase === 'Succeeded') return { status: Status.STOPPED, reason: 'completed' };
  const ended = container?.state?.terminated;
  if (ended) {
    const isFine = ended.exitCode === 0 && pod.spec?.restartPolicy === 'Never';
    return { status: isFine ? Status.STOPPED : Status.ERROR, reason: endText(ended), ...helpOf(ended.reason) };
  }
  if (pod.status?.phase === 'Failed')
    return {
      status: Status.ERROR,
      reason: [pod.status.reason, pod.status.message].filter(Boolean).join(': ') || 'failed',
    };
  const waiting = container?.state?.waiting;
  if (waiting?.reason && !STEPS.has(waiting.reason)) return waitingState(waiting.reason, waiting.message, last);
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason) {
    return {
      status: Status.PENDING,
      reason: text(scheduled.reason, scheduled.message),
      next: 'Ask for less (resources), or give the cluster a node that has it.',
    };
  }
  if (container?.state?.running) return { status: Status.STARTING, reason: lastEnd || 'not ready yet' };
  return { status: Status.PENDING, reason: waiting?.reason ?? '' };
}

/** What every pod goes through. */
const STEPS = new Set(['ContainerCreating', 'PodInitializing']);

function waitingState(
  reason: string,
  message: string | undefined,
  last: { exitCode?: number; signal?: number; reason?: string } | undefined,
): { status: Status; reason: string; next?: string } {
  if (reason === 'CrashLoopBackOff') {
    const why = last ? `CrashLoopBackOff: ${endText(last)}` : text(reason, message);
    return { status: Status.ERROR, reason: why, ...helpOf(last?.reason) };
  }
  return { status: Status.ERROR, reason: text(reason, message), ...helpOf(reason) };
}

/** How a container ended: `OOMKilled (exit 137)`, `exit 3`. */
export function endText({ exitCode, signal, reason }: { exitCode?: number; signal?: number; reason?: string }): string {
  const how = signal ? `signal ${signal}` : `exit ${exitCode ?? 0}`;
  return reason && reason !== 'Error' && reason !== 'Completed' ? `${reason} (${how})` : how;
}

function text(reason: string, message: string | undefined): string {
  return message ? `${reason}: ${message}` : reason;
}

function helpOf(reason: string | undefined): { next?: string } {
  switch (reason) {
    case 'OOMKilled':
      return { next: 'It used more memory than resources.limits.memory allows: give it more, or let it use less.' };
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { next: 'Check the name of the image, that it was pushed, and that the cluster may pull it.' };
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return { next: 'The container cannot be made as it is declared: see its command, its variables and its image.' };
    default:
      return {};
  }
}
