import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** The room beside the tabs of each group, by the group's id: the bar of the shown tab is drawn there. */
const store = createStore<{ slots: ReadonlyMap<string, HTMLElement> }>(() => ({ slots: new Map() }));

/** Sets or removes the room of a group. */
export function setSlot(group: string, element: HTMLElement | null): void {
  const slots = new Map(store.getState().slots);
  if (element) slots.set(group, element);
  else slots.delete(group);
  store.setState({ slots });
}

/** The room of a group. */
export function useSlot(group: string): HTMLElement | undefined {
  return useStore(store, (state) => state.slots.get(group));
}
