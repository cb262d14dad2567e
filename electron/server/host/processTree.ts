import type { ProcessInfo } from './processTable.ts';

/** Identifies the processes of one instance: the group it leads, and the marker that its environment carries. */
export interface TreeKey {
  pid: number;
  startTime: string;
  /** Value of MICRO_INSTANCE_ID in the environment of everything the instance started. */
  marker: string;
}

/**
 * All that an instance started: group members, descendants, and processes that left group and session but carry the
 * marker. Signals go to all of them; an instance is gone only when `members` is empty.
 */
export interface ProcessTrees {
  members(key: TreeKey): Promise<ProcessInfo[]>;
  /** Sends a signal to the whole tree; processes that are gone already do not matter. */
  signal(key: TreeKey, signal: NodeJS.Signals): Promise<void>;
  /** Sends a signal to the first process alone, when it still is that process. Resolves with whether it was. */
  signalLeader(key: TreeKey, signal: NodeJS.Signals): Promise<boolean>;
  /**
   * Sends a signal that may be handled to the tree, to each process once, also to those that are found later. Resolves when
   * nothing of the tree is alive. Rejects with the reason of `limit` when it aborts. When `leaderGone` resolves it is looked
   * at once.
   */
  askToEnd(key: TreeKey, signal: NodeJS.Signals, limit?: AbortSignal, leaderGone?: Promise<unknown>): Promise<void>;
  /** Resolves when nothing of the tree is alive. Rejects with the signal's reason when it aborts. */
  waitGone(key: TreeKey, signal?: AbortSignal): Promise<void>;
}
