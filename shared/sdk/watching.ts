import { pause } from './retry.ts';
import { ServiceError } from './serviceError.ts';

/** ms between attempts to watch again; it doubles up to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/** Failures that another attempt does not mend. */
const LASTING = new Set([400, 401, 403, 404, 501]);

/**
 * The messages of a stream that is opened again whenever it breaks, until the signal aborts. `open` begins anew each time: what
 * happened between two streams is the caller's to look up.
 */
export async function* reopened<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const message of open(signal)) {
        pauseMs = FIRST_PAUSE_MS;
        yield message;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ServiceError && LASTING.has(error.code)) throw error;
      if (!(error instanceof ServiceError)) throw error;
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** A signal that aborts with the first of two. `dispose` lets go of both. */
export function either(a: AbortSignal, b: AbortSignal | undefined): { signal: AbortSignal; dispose: () => void } {
  if (!b) return { signal: a, dispose: () => {} };
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const one of [a, b]) {
    if (one.aborted) abort();
    one.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    dispose: () => {
      for (const one of [a, b]) one.removeEventListener('abort', abort);
    },
  };
}
