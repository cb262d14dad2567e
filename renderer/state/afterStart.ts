import { serverStore } from './serverState.ts';

/**
 * Drawing what the server said takes a few frames, and parts of the page come in between; in the pauses the window looks
 * idle. So long after the first state, ms, is all of that over on a slow machine. Less lets what is for later into the
 * start, more keeps who opens another page at once waiting for it.
 */
const DRAWING_MS = 300;

/**
 * Calls `run` once the window shows what the server said and has come to rest; `withinMs` later at the latest, though it
 * has not. What is only for later must not stand in the way of the start, and while the page waits for the server it looks
 * idle. The result takes it back.
 */
export function afterStart(run: () => void, withinMs: number): () => void {
  let idle: number | undefined;
  let drawing: ReturnType<typeof setTimeout> | undefined;
  const askForRest = (): void => {
    clearTimeout(timer);
    unsubscribe();
    idle = requestIdleCallback(run, { timeout: withinMs });
  };
  const letDraw = (): void => {
    clearTimeout(timer);
    unsubscribe();
    drawing = setTimeout(askForRest, DRAWING_MS);
  };
  const timer = setTimeout(askForRest, withinMs);
  const unsubscribe = serverStore.subscribe((state) => {
    if (state.loaded) letDraw();
  });
  if (serverStore.getState().loaded) letDraw();
  return () => {
    clearTimeout(timer);
    clearTimeout(drawing);
    unsubscribe();
    if (idle !== undefined) cancelIdleCallback(idle);
  };
}
