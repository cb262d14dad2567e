import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Replica } from './replica.ts';
import type { ShownStatus } from './serviceStatus.ts';
import { blockedText, type ConditionState } from './serviceUnit.ts';

/** What is known of a service that others wait for. */
export interface AwaitedService {
  spec: ServiceSpec;
  shown: ShownStatus;
  replicas: readonly Replica[];
  isWanted: boolean;
  isRestarting: boolean;
  isResting: boolean;
}

/** Whether a service is as far as somebody who depends on it wants it to be, and why (not). */
export function conditionOf(condition: DependencyCondition, service: AwaitedService): ConditionState {
  const { shown, replicas, isWanted, isRestarting, isResting } = service;
  const { name, start, kind, cycle } = service.spec;
  const { status, reason } = shown;
  const live = replicas.flatMap((replica) => (replica.current ? [replica.current] : []));
  const completed = replicas.every((replica) => replica.state.phase === 'idle' && replica.state.completed);
  const met = {
    started: completed || live.some(({ phase }) => phase === 'starting' || phase === 'ready'),
    ready: status === Status.RUNNING && (kind === 'service' || !isResting),
    healthy: status === Status.RUNNING && live.some((one) => one.phase === 'ready' && one.healthy),
    completed: kind === 'task' && completed,
  }[condition];
  if (met) return { state: 'met' };
  if (cycle) return { state: 'blocked', text: `${name} is in a circle (${cycle})` };
  if (status === Status.ERROR) return { state: 'blocked', text: blockedText(name, reason) };
  if (start === 'disabled' && !isWanted) return { state: 'blocked', text: `${name} is disabled` };
  if (status === Status.STOPPED && !isRestarting) {
    if (completed && condition !== 'completed') return { state: 'blocked', text: `${name} has ended (${reason})` };
    return { state: 'wait', text: isWanted ? '' : 'not started', hopeless: !isWanted };
  }
  const text = reason || (status === Status.RUNNING ? 'still running' : Status[status].toLowerCase());
  const hopeless = replicas.some(({ state }) => state.phase === 'waiting' && state.wait.hopeless === true);
  return { state: 'wait', text: text.startsWith('waiting for') ? 'pending' : text, hopeless };
}
