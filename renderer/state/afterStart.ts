import { serverStore } from './serverState.ts';

/**
 * Calls `run` once the window shows what the server said and has come to rest; `withinMs` later at the latest, though it
 * has not. What is only for later must not stand in the way of the start, and while the page waits for the server it looks
 * idle. The result takes it back.
 */
export function afterStart(run: () => void, withinMs: number): () => void {
  let idle: number | undefined;
  const askForRest = (): void => {
    clearTimeout(timer);
    unsubscribe();
    idle = requestIdleCallback(run, { timeout: withinMs });
  };
  const timer = setTimeout(askForRest, withinMs);
  const unsubscribe = serverStore.subscribe((state) => {
    if (state.loaded) askForRest();
  });
  if (serverStore.getState().loaded) askForRest();
  return () => {
    clearTimeout(timer);
    unsubscribe();
    if (idle !== undefined) cancelIdleCallback(idle);
  };
}
