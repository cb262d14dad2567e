import type { RefObject } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import { openPage, selectEdge } from '../../state/navigation.ts';
import { openLog } from '../../state/panels.ts';
import { openCore } from './CoreNode.tsx';
import { type GraphShape, groupOfNodeId, isPlain, neighboursOf, openingOf } from './graphModel.ts';
import type { GraphPointing } from './graphStore.ts';

/** What pointer and keyboard do with the nodes and lines of the graph. */
export function useGraphActions({
  canvas,
  shape,
  pointing,
  onCollapse,
  onSelect,
}: {
  canvas: RefObject<HTMLElement | null>;
  shape: GraphShape;
  pointing: StoreApi<GraphPointing>;
  onCollapse: (group: string, collapsed: boolean) => void;
  onSelect: (service: string | undefined) => void;
}) {
  return {
    /** Lights a node and its neighbours; with undefined, all again. */
    hover: (id: string | undefined): void => {
      pointing.setState({ hovered: id, lit: id === undefined ? undefined : neighboursOf(shape, id) });
      canvas.current?.toggleAttribute('data-hovering', id !== undefined);
    },
    /** Shows what is in a node: a log, the services of a group, the events of a topic. */
    open: (id: string): void => {
      const opening = openingOf(id);
      if (opening === undefined) return;
      if ('log' in opening) openLog([opening.log]);
      else if ('topic' in opening) openPage('events', { topic: opening.topic });
      else if ('core' in opening) openCore(opening.core);
      else onCollapse(opening.group, false);
    },
    /** Selects a service; what is none is only where the keyboard is. */
    pick: (id: string): void => {
      pointing.setState({ current: id });
      if (groupOfNodeId(id) === undefined && !isPlain(id)) onSelect(id);
    },
    /** Selects a line; one between groups stands for many and opens nothing. */
    pickEdge: (id: string): void => {
      const edge = shape.edges.find((each) => each.id === id);
      if (edge?.parts.length === 1) selectEdge(edge.parts[0]);
    },
  };
}
