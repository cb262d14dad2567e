/** ms for which what is asked while an engine goes away is tried again before it is given up: a restart fits in. */
export const PATIENCE_MS = 5_000;
/** ms before the first new attempt, and the longest between two: less, and an engine that starts is held up by those who ask. */
export const FIRST_PAUSE_MS = 50;
export const LONGEST_PAUSE_MS = 1_000;

/** The pause after one of so many ms. */
export function longerPause(pauseMs: number): number {
  return Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}
