import { MicroError } from '../../../shared/contract/errors.ts';
import { errorText } from '../base/logger.ts';

/** What a copy of a service waits for before it may start. */
export interface WaitState {
  /** Each dependency that is not there, with how far it is. */
  waitingFor: { service: string; text: string }[];
  /** A dependency failed for good: `db exited 3`. */
  blocked?: string;
  /** Nobody is going to start what it waits for. */
  hopeless?: boolean;
}

/** Where one copy of a service is; while an instance lives, the instance says the rest. */
export type ReplicaState =
  | {
      phase: 'idle';
      reason: string;
      failed: boolean;
      completed?: boolean;
      code?: string;
      next?: string;
      /** Could not be stopped; the reason once it is. */
      asked?: string;
    }
  | { phase: 'waiting'; wait: WaitState }
  | { phase: 'building' }
  | { phase: 'live' }
  | { phase: 'backoff'; outcome: string; delayMs: number };

/** A copy that is at rest. */
export type IdleReplica = Omit<Extract<ReplicaState, { phase: 'idle' }>, 'phase'>;

/** The state of a copy that could not be started. */
export function failedStart(error: unknown): IdleReplica {
  if (!(error instanceof MicroError)) return { reason: `failed to start: ${errorText(error)}`, failed: true };
  const isPort = error.code === 'port.taken';
  return {
    reason: isPort || error.code === 'service.failed' ? error.message : `failed to start: ${error.message}`,
    failed: true,
    code: error.code,
    ...(error.next ? { next: error.next } : {}),
  };
}
