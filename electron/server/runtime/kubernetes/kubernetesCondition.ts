import { Status } from '../../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../../shared/contract/manifest.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ShownStatus } from '../serviceStatus.ts';
import { blockedText, type ConditionState } from '../serviceUnit.ts';
import type { Phase } from './phase.ts';
import type { PodState } from './podState.ts';

/** What is known of a service that others wait for. */
export interface FollowedService {
  spec: ServiceSpec;
  shown: ShownStatus;
  phase: Phase;
  pods: readonly PodState[];
  wanted: boolean;
}

/** Whether a service in the cluster is as far as somebody who depends on it wants it to be, and why (not). */
export function followCondition(condition: DependencyCondition, service: FollowedService): ConditionState {
  const { spec, shown, phase, pods, wanted } = service;
  const completed = phase.is === 'resting' && phase.completed === true;
  const isUp = shown.status === Status.RUNNING;
  const met = {
    started: completed || isUp || pods.some(({ status }) => status === Status.STARTING),
    ready: isUp,
    // Kubernetes takes a pod whose live check fails out of the ready ones by starting it again.
    healthy: isUp,
    completed: spec.kind === 'task' && completed,
  }[condition];
  if (met) return { state: 'met' };
  if (spec.cycle) return { state: 'blocked', text: `${spec.name} is in a circle (${spec.cycle})` };
  if (shown.status === Status.ERROR) return { state: 'blocked', text: blockedText(spec.name, shown.reason) };
  if (spec.start === 'disabled' && !wanted) return { state: 'blocked', text: `${spec.name} is disabled` };
  if (completed) return { state: 'blocked', text: `${spec.name} has ended (${shown.reason})` };
  if (shown.status === Status.STOPPED) {
    return { state: 'wait', text: wanted ? '' : 'not started', hopeless: !wanted };
  }
  const text = shown.reason || (isUp ? 'still running' : Status[shown.status].toLowerCase());
  const hopeless = phase.is === 'waiting' && phase.wait.hopeless === true;
  return { state: 'wait', text: text.startsWith('waiting for') ? 'pending' : text, hopeless };
}
