/**
 * Where the keyboard came from when it went into the inspector, so that Esc leads back to the same row. One place is
 * enough: the inspector is entered from one view at a time.
 */
let back: (() => void) | undefined;
let enter: (() => void) | undefined;

/** Called by a view before the focus leaves it; `focus` puts it back. */
export function rememberFocus(focus: () => void): void {
  back = focus;
}

/** Puts the focus back; false when no view asked for it. */
export function returnFocus(): boolean {
  if (!back) return false;
  back();
  return true;
}

/** Called by the inspector when it is on the screen; the result takes it away. */
export function offerInspector(focus: () => void): () => void {
  enter = focus;
  return () => {
    if (enter === focus) enter = undefined;
  };
}

/** Moves the focus into the inspector once it is drawn. */
export function focusInspector(): void {
  // The selection was just changed; the inspector is drawn within the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => enter?.()));
}
