import type { MainLog } from './mainLog.ts';

/**
 * A window comes with its first picture, so that nothing flashes; but where graphics do not come up as they should (some
 * Wayland sessions, virtual machines, a graphics process that dies) a hidden window never draws one, and would stay hidden
 * for ever. A start takes about a second: so long after it, ms, the window is shown as it is. Less would show slow machines
 * an empty window, more leaves those with trouble in doubt whether anything happens.
 */
export const REVEAL_WITHIN_MS = 5_000;

/** The part of a BrowserWindow that it takes to show it. */
export interface HiddenWindow {
  once(event: 'ready-to-show' | 'closed', listener: () => void): unknown;
  isDestroyed(): boolean;
  isVisible(): boolean;
}

/** Calls `show` once: when the window has drawn its first picture, or {@link REVEAL_WITHIN_MS} from now without one. */
export function revealWindow(window: HiddenWindow, show: () => void, log: Pick<MainLog, 'warn'>): void {
  const timer = setTimeout(() => {
    // Somebody may have brought it to the front meanwhile, e.g. by starting the app again.
    if (window.isDestroyed() || window.isVisible()) return;
    log.warn(`the window drew nothing in ${REVEAL_WITHIN_MS / 1000} s; shown all the same`);
    reveal();
  }, REVEAL_WITHIN_MS);
  let isRevealed = false;
  const reveal = (): void => {
    clearTimeout(timer);
    if (isRevealed || window.isDestroyed()) return;
    isRevealed = true;
    show();
  };
  window.once('ready-to-show', reveal);
  window.once('closed', () => clearTimeout(timer));
}
