import { Kind, type Service, Status } from '../../shared/contract/gen/state_pb.ts';

/** Hue of a status; `--ok`, `--warn`, … in the tokens. */
export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'idle';

/** Picture of a status; each has its own outline, so that colour is never the only difference. */
export type StatusShape = 'check' | 'arc' | 'hammer' | 'ring' | 'half' | 'square' | 'triangle' | 'done' | 'unknown';

/** How a status is shown everywhere: colour, shape, word, and what is behind it. */
export interface StatusLook {
  tone: Tone;
  shape: StatusShape;
  word: string;
  /** The reason in plain words; empty when the word says it all. */
  detail: string;
}

const looks: Record<Status, Omit<StatusLook, 'detail'>> = {
  [Status.UNKNOWN]: { tone: 'idle', shape: 'unknown', word: 'unknown' },
  [Status.PENDING]: { tone: 'idle', shape: 'ring', word: 'pending' },
  [Status.BUILDING]: { tone: 'warn', shape: 'hammer', word: 'building' },
  [Status.STARTING]: { tone: 'busy', shape: 'arc', word: 'starting' },
  [Status.RUNNING]: { tone: 'ok', shape: 'check', word: 'running' },
  [Status.STOPPING]: { tone: 'busy', shape: 'half', word: 'stopping' },
  [Status.STOPPED]: { tone: 'idle', shape: 'square', word: 'stopped' },
  [Status.ERROR]: { tone: 'bad', shape: 'triangle', word: 'error' },
};

/** The look of a bare status, e.g. in a legend or a count. */
export function lookOf(status: Status): Omit<StatusLook, 'detail'> {
  return looks[status] ?? looks[Status.UNKNOWN];
}

/** The reason that a stopped task has when it ended well. */
const COMPLETED = 'completed';

/** The look of a service: a task that ended well is `completed`, a waiting one says for whom. */
export function statusOf(service: Pick<Service, 'status' | 'reason' | 'kind' | 'waitingFor' | 'disabled'>): StatusLook {
  const look = lookOf(service.status);
  if (service.status === Status.STOPPED && service.kind === Kind.TASK && service.reason === COMPLETED) {
    return { tone: 'idle', shape: 'done', word: COMPLETED, detail: '' };
  }
  if (service.status === Status.STOPPED && service.disabled) return { ...look, detail: service.reason || 'disabled' };
  if (service.status === Status.PENDING && !service.reason && service.waitingFor.length > 0) {
    return { ...look, detail: `waiting for ${service.waitingFor.join(', ')}` };
  }
  return { ...look, detail: service.reason === look.word ? '' : service.reason };
}

/** Order of urgency in lists sorted by status: what needs a look first. */
export const statusRank: Record<Status, number> = {
  [Status.ERROR]: 0,
  [Status.BUILDING]: 1,
  [Status.PENDING]: 2,
  [Status.STARTING]: 3,
  [Status.STOPPING]: 4,
  [Status.RUNNING]: 5,
  [Status.UNKNOWN]: 6,
  [Status.STOPPED]: 7,
};

const countOrder = [
  Status.RUNNING,
  Status.STARTING,
  Status.BUILDING,
  Status.PENDING,
  Status.STOPPING,
  Status.ERROR,
] as const;

/** How many services have which status, in a fixed order and without the zeros; stopped ones are not news. */
export function countByStatus(services: Iterable<Pick<Service, 'status'>>): { status: Status; count: number }[] {
  const counts = new Map<Status, number>();
  for (const { status } of services) counts.set(status, (counts.get(status) ?? 0) + 1);
  return countOrder.flatMap((status) => {
    const count = counts.get(status) ?? 0;
    return count > 0 ? [{ status, count }] : [];
  });
}
