import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { holdTyping, takeTyped } from './typeAhead.ts';

/** Parts that lie over the whole window, one at a time. */
export type Overlay = 'palette' | 'help';

const store = createStore<{ open: Overlay | undefined }>(() => ({ open: undefined }));

/** Shows a part over the window, or with undefined none. */
export function showOverlay(open: Overlay | undefined): void {
  // What is typed from now on is meant for its field.
  if (open === 'palette') holdTyping();
  else takeTyped();
  store.setState({ open });
}

/** Whether this part is shown. */
export function useOverlay(overlay: Overlay): boolean {
  return useStore(store, (state) => state.open === overlay);
}
