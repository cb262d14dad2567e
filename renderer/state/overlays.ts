import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** Parts that lie over the whole window, one at a time. */
export type Overlay = 'palette' | 'help';

const store = createStore<{ open: Overlay | undefined }>(() => ({ open: undefined }));

/** Shows a part over the window, or with undefined none. */
export function showOverlay(open: Overlay | undefined): void {
  store.setState({ open });
}

/** Whether this part is shown. */
export function useOverlay(overlay: Overlay): boolean {
  return useStore(store, (state) => state.open === overlay);
}
