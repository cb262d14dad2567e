/** ms of the first pause after a nack; it doubles with each delivery. */
const FIRST_PAUSE_MS = 200;
/** ms; a longer pause would look as if the event were lost. */
const LONGEST_PAUSE_MS = 30_000;

/** ms until an event is delivered again after `attempts` deliveries that failed. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(attempts - 1, 0), LONGEST_PAUSE_MS);
}
