import { useEffect, useState, useSyncExternalStore } from 'react';

/** ms between two ticks of the shared clock: spans of time show seconds. */
const TICK_MS = 1_000;
/** ms beyond which nothing waits for its end: it is told for seconds, so such a time is that of a clock that was set. */
const MAX_WAIT_MS = 600_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of [...listeners]) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, ms since 1970, new once a second. One timer serves all; none runs when nobody looks. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    // Without a timer the value is stale; it must still be the same when React asks twice in a row.
    if (!timer && Date.now() - now > TICK_MS) now = Date.now();
    return now;
  });
}

/** The time, renewed once: at `until`, when something that is told for a while has been told long enough. */
export function useNowUntil(until: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const leftMs = until - Date.now();
    if (leftMs <= 0 || leftMs > MAX_WAIT_MS) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), leftMs);
    return () => clearTimeout(timer);
  }, [until]);
  return now;
}
