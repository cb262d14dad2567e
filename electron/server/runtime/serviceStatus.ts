import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { spanText } from './exitReason.ts';
import type { Instance } from './instance.ts';
import type { Replica } from './replica.ts';
import type { WaitState } from './replicaState.ts';

/** What is shown of one copy or of a service as a whole. */
export interface ShownStatus {
  status: Status;
  reason: string;
  next?: string;
  waitingFor?: string[];
}

/** What a service waits for, in words. */
export function waitText(wait: WaitState): string {
  if (wait.blocked) return `blocked: ${wait.blocked}`;
  if (wait.waitingFor.length === 0) return '';
  return `waiting for ${wait.waitingFor.map(({ service, text }) => (text ? `${service} (${text})` : service)).join(', ')}`;
}

/** The status of one copy, from its own state and that of its instance. */
export function replicaStatus(replica: Replica): ShownStatus {
  const { state } = replica;
  const live = replica.current;
  if (
    live &&
    live.phase !== 'ended' &&
    live.survivors.length === 0 &&
    (state.phase === 'live' || live.phase === 'stopping')
  ) {
    return instanceStatus(live, replica);
  }
  switch (state.phase) {
    case 'idle':
      return {
        status: state.failed ? Status.ERROR : Status.STOPPED,
        reason: state.reason,
        ...(state.next ? { next: state.next } : {}),
      };
    case 'waiting':
      return {
        status: state.wait.blocked ? Status.ERROR : Status.PENDING,
        reason: waitText(state.wait),
        waitingFor: state.wait.waitingFor.map(({ service }) => service),
        ...(state.wait.hopeless
          ? { next: 'Start what it waits for, or start it together with everything it needs.' }
          : {}),
      };
    case 'building':
      return { status: Status.BUILDING, reason: '' };
    case 'backoff':
      return { status: Status.PENDING, reason: `${state.outcome}; starts again after ${spanText(state.delayMs)}` };
    case 'live':
      // Its instance has ended, and what follows is decided within this turn.
      return { status: live?.phase === 'ended' ? Status.STOPPING : Status.STARTING, reason: '' };
  }
}

function instanceStatus(instance: Instance, replica: Replica): ShownStatus {
  switch (instance.phase) {
    case 'ready':
      return { status: Status.RUNNING, reason: instance.problem };
    case 'stopping':
      return { status: Status.STOPPING, reason: instance.stopText };
    default:
      return {
        status: Status.STARTING,
        reason: instance.problem || (replica.restarts > 0 ? instance.cause : ''),
      };
  }
}

/** From what matters most to what matters least when the copies of a service differ. */
const precedence = [
  Status.RUNNING,
  Status.STOPPING,
  Status.STARTING,
  Status.BUILDING,
  Status.PENDING,
  Status.ERROR,
  Status.STOPPED,
];

/** The status of a service with one or more copies. */
function combinedStatus(replicas: readonly Replica[]): ShownStatus {
  const all = replicas.map(replicaStatus);
  const first = precedence.flatMap((status) => all.filter((one) => one.status === status))[0];
  if (!first || all.length === 1) return first ?? { status: Status.STOPPED, reason: '' };
  const same = all.filter((one) => one.status === first.status).length;
  if (same === all.length) return first;
  const others = all.flatMap((one, index) =>
    one.status === first.status ? [] : [`copy ${index + 1}: ${one.reason || Status[one.status].toLowerCase()}`],
  );
  return { ...first, reason: [`${same} of ${all.length} copies`, ...others].join('; ') };
}

/** The status of a service that runs here: that of its copies, and what the service itself adds. */
export function serviceStatus(
  replicas: readonly Replica[],
  service: { spec: ServiceSpec; isWanted: boolean; isRestarting: boolean; stopReason: string },
): ShownStatus {
  const { cycle } = service.spec;
  if (cycle && !service.isWanted) {
    return {
      status: Status.ERROR,
      reason: `in a circle of dependencies: ${cycle}`,
      next: 'Take one of these dependsOn away.',
    };
  }
  const shown = combinedStatus(replicas);
  // Between the end of the old copy and the start of the new one a restart is not "stopped".
  if (service.isRestarting && shown.status === Status.STOPPED)
    return { status: Status.STARTING, reason: service.stopReason };
  return shown;
}
