import { useReactFlow } from '@xyflow/react';
import type { KeyboardEvent, RefObject } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import { type GraphShape, nodeSize } from './graphModel.ts';
import type { GraphPointing } from './graphStore.ts';
import { type Direction, nodeInDirection, type Positions } from './placement.ts';

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** The element of a node that takes the focus; null when the canvas has not drawn the node. */
export function nodeElement(root: HTMLElement | null, id: string): HTMLElement | null {
  return root?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`) ?? null;
}

/**
 * The keyboard of the graph: arrow keys go from node to node, Enter opens, Space selects, `e` goes through the lines of the
 * node, Home to the first one.
 */
export function useGraphKeys({
  canvas,
  shape,
  shown,
  pointing,
  open,
  pick,
  pickEdge,
}: {
  canvas: RefObject<HTMLElement | null>;
  shape: GraphShape;
  shown: Positions;
  pointing: StoreApi<GraphPointing>;
  open: (node: string) => void;
  pick: (node: string) => void;
  pickEdge: (edge: string) => void;
}): (event: KeyboardEvent) => void {
  const flow = useReactFlow();

  const pickNextEdge = (node: string, step: 1 | -1): void => {
    const lines = shape.edges.filter(({ from, to, parts }) => (from === node || to === node) && parts.length === 1);
    const at = lines.findIndex(({ id }) => id === pointing.getState().edge);
    const next = lines[(at < 0 && step < 0 ? lines.length - 1 : at + step + lines.length) % lines.length];
    if (next) pickEdge(next.id);
  };

  /** Puts the keyboard on a node; one outside of the window is brought in, the scale stays. */
  const focusNode = (id: string): void => {
    const place = shown.get(id);
    if (!place) return;
    pointing.setState({ current: id });
    const { x, y, zoom } = flow.getViewport();
    const width = canvas.current?.clientWidth ?? 0;
    const height = canvas.current?.clientHeight ?? 0;
    const left = place.x * zoom + x;
    const top = place.y * zoom + y;
    const isInside =
      left >= 0 && top >= 0 && left + nodeSize.width * zoom <= width && top + nodeSize.height * zoom <= height;
    if (!isInside) {
      void flow.setCenter(place.x + nodeSize.width / 2, place.y + nodeSize.height / 2, { zoom, duration: 0 });
    }
    // A node outside of the window does not exist until the canvas has drawn it.
    requestAnimationFrame(() => nodeElement(canvas.current, id)?.focus({ preventScroll: true }));
  };

  return (event) => {
    const id = event.target instanceof HTMLElement ? event.target.dataset['node'] : undefined;
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = arrows[event.key];
    if (direction !== undefined) {
      const next = nodeInDirection(id, direction, shown);
      if (next !== undefined) focusNode(next);
    } else if (event.key === 'Enter') open(id);
    else if (event.key === ' ') pick(id);
    else if (event.key === 'e') pickNextEdge(id, 1);
    else if (event.key === 'E') pickNextEdge(id, -1);
    else if (event.key === 'Home' && shape.nodes[0] !== undefined) focusNode(shape.nodes[0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
