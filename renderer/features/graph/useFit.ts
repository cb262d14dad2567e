import { useReactFlow, useStore, type Viewport } from '@xyflow/react';
import { useEffect, useRef } from 'react';

/** From so many nodes on the graph does not fit a window at a readable size: a map of the map helps. */
export const miniMapFrom = 40;

/** px */
export const miniMapSize = { width: 168, height: 104 };

/** px below the graph for the buttons, and around the overview map. */
const BUTTONS_PX = 56;
const MAP_MARGIN_PX = 32;

/**
 * Fitting never magnifies: three nodes should not fill the window. The buttons and the overview map at the bottom keep
 * their room.
 */
export function fitOptions(hasMap: boolean) {
  const bottomPx = hasMap ? miniMapSize.height + MAP_MARGIN_PX : BUTTONS_PX;
  return {
    padding: { top: '16px', right: '12px', bottom: `${bottomPx}px`, left: '12px' },
    maxZoom: 1,
  } as const;
}

/** What moves the view. */
export interface ViewMoves {
  /** Shows the whole graph, and goes on to when the room for it changes. */
  readonly fit: (durationMs: number) => void;
  /** The user chose another part or scale: from now on it is theirs. */
  readonly keep: (viewport: Viewport) => void;
}

/**
 * The view of the canvas. As long as the user has not chosen one, the whole graph stays in view when the inspector or the
 * panel takes or leaves room.
 */
export function useFit(
  hasMap: boolean,
  chosen: Viewport | undefined,
  onViewport: (viewport: Viewport | undefined) => void,
): ViewMoves {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const isFitted = useRef(chosen === undefined);
  useEffect(() => {
    if (isFitted.current && width > 0 && height > 0) void flow.fitView({ ...fitOptions(hasMap), duration: 0 });
  }, [flow, width, height, hasMap]);
  return {
    fit: (durationMs) => {
      isFitted.current = true;
      onViewport(undefined);
      void flow.fitView({ ...fitOptions(hasMap), duration: durationMs });
    },
    keep: (viewport) => {
      isFitted.current = false;
      onViewport(viewport);
    },
  };
}
