import { type Service, Status } from '../../shared/contract/gen/state_pb.ts';

/** How a service comes to run, where that is not simply with its project. */
export type StartNote = 'disabled' | 'scheduled' | 'on demand';

/** What {@link startNote} and {@link startRule} look at. */
type Started = Pick<Service, 'disabled' | 'onDemand' | 'nextRunAt' | 'status' | 'wanted'>;

/** Why a service that does not run is as it should be; undefined for one that runs or was to. */
export function startNote({ disabled, onDemand, nextRunAt, status, wanted }: Started): StartNote | undefined {
  if (nextRunAt > 0 && status !== Status.RUNNING) return 'scheduled';
  if (wanted || status !== Status.STOPPED) return undefined;
  return disabled ? 'disabled' : onDemand ? 'on demand' : undefined;
}

/** What `start` in micro.yaml means for a service, in a sentence; empty when it is started with its project. */
export function startRule({ disabled, onDemand }: Pick<Service, 'disabled' | 'onDemand'>): string {
  if (disabled) return 'disabled: it is not started, also not when another service needs it';
  return onDemand ? 'on demand: by name, or when another service needs it' : '';
}
