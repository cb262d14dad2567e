/** Takes values and passes on the newest, never more often than asked for. */
export interface Paced<T> {
  /** Passes `value` on: now when it is time, else when it is, unless a newer one comes before. */
  readonly take: (value: T) => void;
  /** Forgets a value that waits. */
  readonly clear: () => void;
}

/** Calls `pass` at most every `paceMs`; the first value goes through at once, the last one is never lost. */
export function paced<T>(paceMs: number, pass: (value: T) => void): Paced<T> {
  let waiting: { readonly value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passedAt = Number.NEGATIVE_INFINITY;

  const flush = (): void => {
    timer = undefined;
    const next = waiting;
    waiting = undefined;
    if (!next) return;
    passedAt = performance.now();
    pass(next.value);
  };

  return {
    take: (value) => {
      waiting = { value };
      if (timer !== undefined) return;
      const waitMs = passedAt + paceMs - performance.now();
      if (waitMs <= 0) flush();
      else timer = setTimeout(flush, waitMs);
    },
    clear: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
