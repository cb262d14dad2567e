import { type Disposable, toDisposable } from './lifecycle.ts';

/** Time and timers, so that code with delays can be tested without waiting. Times are milliseconds. */
export interface Clock {
  /** Wall-clock time in ms since 1970; may jump when the user sets the clock. */
  now(): number;
  /** Monotonic time in ms with a fractional part; only differences mean anything. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; disposing the result cancels it. */
  setTimeout(callback: () => void, delayMs: number): Disposable;
  /** Calls `callback` every `periodMs` until the result is disposed. */
  setInterval(callback: () => void, periodMs: number): Disposable;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return toDisposable(() => clearTimeout(timer));
  },
  setInterval(callback, periodMs) {
    const timer = setInterval(callback, periodMs);
    return toDisposable(() => clearInterval(timer));
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = (): void => {
      timer.dispose();
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
