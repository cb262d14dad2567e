/** Past reloads that are remembered: what fits into a small timeline. */
export const maxRecent = 10;

/** Hot reload of a service as it is shown. */
export interface ReloadState {
  state: '' | 'watching' | 'debouncing' | 'building' | 'swapping' | 'paused' | 'failed' | 'self' | 'suspended' | 'off';
  /** The file that caused the last reload, relative to the project. */
  file: string;
  files: number;
  count: number;
  /** From the change to the new version serving, ms. */
  lastMs: number;
  at: number;
  watched: number;
  message: string;
  /** The last reloads, newest first, at most {@link maxRecent}. */
  recent: readonly PastReload[];
}

/** A reload that is over, as it is shown in a timeline. Times in ms. */
export interface PastReload {
  at: number;
  /** The first of the files that caused it, relative to the project. */
  file: string;
  files: number;
  outcome: 'swapped' | 'restarted' | 'build-failed' | 'failed';
  /** From the change to the end. */
  tookMs: number;
  message: string;
}

/** What came of a reload. */
export type ReloadResult =
  | { outcome: 'swapped' | 'restarted' }
  | { outcome: 'build-failed' | 'failed'; problem: string }
  /** A newer change or a stop made it pointless, or nothing runs that could be replaced. */
  | { outcome: 'dropped' };

/** Nothing is watched and nothing was reloaded. */
export const noReload: ReloadState = {
  state: '',
  file: '',
  files: 0,
  count: 0,
  lastMs: 0,
  at: 0,
  watched: 0,
  message: '',
  recent: [],
};
