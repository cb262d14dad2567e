/** How long a condition may take before the test fails, ms. Generous: a loaded machine is slow, not wrong. */
const DEADLINE_MS = 20_000;

/** Time between two looks, ms. */
const POLL_MS = 10;

/**
 * Resolves with the first value of `look` that is not false, null or undefined; rejects with `what` after the deadline.
 * A `look` that throws counts as not yet, and its last error is told.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== false && value !== null && value !== undefined)
        return value as Exclude<T, false | null | undefined>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for: ${what}`, { cause: lastError });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
