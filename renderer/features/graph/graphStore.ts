import { createStore, type StoreApi } from 'zustand/vanilla';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';

/**
 * What the pointer and the keyboard point at. It is kept apart from the nodes, so that moving the pointer draws again only
 * the nodes that light up or go dark, not three hundred.
 */
export interface GraphPointing {
  readonly selected: string | undefined;
  /** The node the keyboard is on: the only one in the tab order. */
  readonly current: string | undefined;
  /** Nodes that are lit: the hovered one with its neighbours; undefined when nothing is hovered. */
  readonly lit: ReadonlySet<string> | undefined;
  readonly hovered: string | undefined;
  /** The line that is selected, by its key. */
  readonly edge: string | undefined;
  /** The line under the pointer. */
  readonly hoveredEdge: string | undefined;
  readonly distance: Distance;
}

/** From how far the graph is looked at: it decides how much is drawn. */
export type Distance = 'near' | 'middle' | 'wide' | 'far';

/** Below this scale the usual letters are too small to read: larger ones have room on a node as well. */
const middleBelow = 0.85;

/** Below this scale they are larger once more, and the mark of the language gives way to them. */
const wideBelow = 0.68;

/** Below this scale figures cannot be read at any size: names and statuses get their room. */
export const farBelow = 0.48;

/** How much is drawn at a scale. */
export function distanceAt(zoom: number): Distance {
  if (zoom < farBelow) return 'far';
  if (zoom < wideBelow) return 'wide';
  return zoom < middleBelow ? 'middle' : 'near';
}

/** Creates the store of one graph. */
export function createPointingStore(): StoreApi<GraphPointing> {
  return createStore<GraphPointing>(() => ({
    selected: undefined,
    current: undefined,
    lit: undefined,
    hovered: undefined,
    edge: undefined,
    hoveredEdge: undefined,
    distance: 'near',
  }));
}

/** Gives nodes and edges the store of their graph. */
export const PointingContext = createContext<StoreApi<GraphPointing> | undefined>(undefined);

/** Part of what is pointed at; draws again only when that part changes. */
export function usePointing<T>(selector: (pointing: GraphPointing) => T): T {
  const store = useContext(PointingContext);
  if (!store) throw new Error('usePointing outside of a graph');
  return useStore(store, selector);
}
