import { Kind, Status } from '../contract/gen/state_pb.ts';

const STATUS_WORDS: Record<Status, string> = {
  [Status.UNKNOWN]: 'unknown',
  [Status.PENDING]: 'pending',
  [Status.BUILDING]: 'building',
  [Status.STARTING]: 'starting',
  [Status.RUNNING]: 'running',
  [Status.STOPPING]: 'stopping',
  [Status.STOPPED]: 'stopped',
  [Status.ERROR]: 'error',
};

const KIND_WORDS: Record<Kind, string> = {
  [Kind.UNSPECIFIED]: 'service',
  [Kind.SERVICE]: 'service',
  [Kind.TASK]: 'task',
  [Kind.EXTERNAL]: 'external',
  [Kind.TOPIC]: 'topic',
  [Kind.CORE]: 'core',
};

/** The status as the command line and JSON say it; a status of a newer server is `unknown`. */
export function statusWord(status: Status): string {
  return STATUS_WORDS[status] ?? STATUS_WORDS[Status.UNKNOWN];
}

/** The kind as the command line and JSON say it. */
export function kindWord(kind: Kind): string {
  return KIND_WORDS[kind] ?? KIND_WORDS[Kind.SERVICE];
}
