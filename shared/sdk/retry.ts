import { ServiceError } from './serviceError.ts';

/** ms before the second attempt; each further one waits twice as long, and a random part of it so that callers spread. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Errors of the proxy that mean: no instance has seen the call. */
const NOT_SEEN = new Set(['gateway.not-ready', 'server.stopping']);
/** Statuses that may be another at the next attempt. */
const PASSING = new Set([408, 429, 502, 503, 504]);

/** What decides whether a call is made again. */
export interface RetryOptions {
  /** Further attempts after the first. */
  retries: number;
  /** Whether a second call does no harm when the first one was carried out. */
  idempotent: boolean;
  signal: AbortSignal;
}

/**
 * Makes a call until it succeeds. Again only where it is safe: nobody can have seen the first one (connection refused, no
 * instance), or the caller says that twice is as good as once.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let made = 0; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (made >= options.retries || options.signal.aborted || !mayRetry(error, options.idempotent)) throw error;
      await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** made) * (0.5 + Math.random() / 2), options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}

/** Whether another attempt is safe and may help. */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (wasRefused(error)) return true;
  if (!(error instanceof ServiceError)) return idempotent;
  if (error.error !== undefined && NOT_SEEN.has(error.error)) return true;
  return idempotent && PASSING.has(error.code);
}

function wasRefused(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ((one as NodeJS.ErrnoException).code === 'ECONNREFUSED') return true;
    if (one instanceof AggregateError && one.errors.some(wasRefused)) return true;
  }
  return false;
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
