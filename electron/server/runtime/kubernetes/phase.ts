import type { WaitState } from '../replicaState.ts';

/** How far a command is. */
export type Phase =
  | { is: 'resting'; reason: string; failed: boolean; next?: string; completed?: boolean }
  | { is: 'waiting'; wait: WaitState }
  | { is: 'building' }
  | { is: 'applying' }
  /** Its objects are in the cluster; its status is theirs. */
  | { is: 'live' }
  | { is: 'stopping' };
