import type { Tone } from './status.ts';
import classes from './CallRow.module.css';

/** The outcome of a call as far as it is shown. */
export interface CallOutcome {
  /** HTTP status; 0 when there was none. */
  readonly status: number;
  readonly grpcStatus?: number | undefined;
  readonly error: string;
  readonly failed: boolean;
}

/** Names of the gRPC status codes, by number. */
const grpcNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** The outcome in a word: the HTTP status, the gRPC status by name, or that the caller went away. */
export function outcomeText({ status, grpcStatus, error }: CallOutcome): string {
  if (grpcStatus !== undefined && status < 400) return grpcNames[grpcStatus] ?? `gRPC ${grpcStatus}`;
  if (status === 0) return error === '' ? 'left' : 'no answer';
  return String(status);
}

/** How an outcome is coloured. A caller that went away is no failure of the called. */
export function outcomeTone({ status, failed }: CallOutcome): Tone {
  if (failed) return status >= 400 && status < 500 ? 'warn' : 'bad';
  return status === 0 ? 'idle' : 'ok';
}

/** The outcome of a call with its colour, and a mark before what failed. */
export function CallStatus(outcome: CallOutcome) {
  const tone = outcomeTone(outcome);
  return (
    <span className={classes.status} data-tone={tone} title={outcome.error === '' ? undefined : outcome.error}>
      {outcome.failed ? <span aria-hidden="true">{tone === 'bad' ? '▲' : '△'}</span> : null}
      {outcome.failed ? <span className="visually-hidden">failed, </span> : null}
      {outcomeText(outcome)}
    </span>
  );
}
