/** Where an instance is in its life. It only ever moves down this list. */
export type InstancePhase = 'launching' | 'starting' | 'ready' | 'stopping' | 'ended';

/** How an instance ended. */
export interface InstanceEnd {
  /** In words, e.g. `exit 1`, `stopped by you`. */
  outcome: string;
  failed: boolean;
  /** Somebody here asked for it. */
  asked: boolean;
  /** SIGKILL was needed. */
  forced: boolean;
  /** From the start of the process, ms. */
  livedMs: number;
}
