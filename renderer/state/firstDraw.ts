import { firstState } from '../client/firstState.ts';
import { serverStore } from './serverState.ts';

/**
 * How long the first picture waits for a state that is on its way, ms. Mostly it is there at once, and then the page is
 * drawn once instead of twice; a server that takes longer is shown to be away.
 */
const FIRST_STATE_MS = 150;

/** Calls `draw` once: with the first state where that is on its way, at once where it is not. */
export function atFirstDraw(draw: () => void): void {
  const first = firstState();
  if (!first) {
    draw();
    return;
  }
  let isDrawn = false;
  const drawOnce = (): void => {
    clearTimeout(timer);
    unsubscribe();
    if (isDrawn) return;
    isDrawn = true;
    draw();
  };
  const timer = setTimeout(drawOnce, FIRST_STATE_MS);
  const unsubscribe = serverStore.subscribe(({ loaded, connection }) => {
    if (loaded || connection.status === 'reconnecting' || connection.status === 'failed') drawOnce();
  });
  void first.begun.then((begun) => {
    if (!begun) drawOnce();
  });
}
