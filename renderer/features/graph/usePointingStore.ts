import { useEffect, useLayoutEffect, useState } from 'react';
import type { StoreApi } from 'zustand/vanilla';
import { useSelectedEdge, useSelectedService } from '../../state/navigation.ts';
import type { GraphShape } from './graphModel.ts';
import { createPointingStore, type Distance, type GraphPointing } from './graphStore.ts';

/** Keeps what is pointed at in step with the selection of the window and with what is shown. */
export function usePointingStore(shape: GraphShape, distance: Distance): StoreApi<GraphPointing> {
  const [store] = useState(createPointingStore);
  const selected = useSelectedService();
  const edge = useSelectedEdge();
  useLayoutEffect(() => store.setState({ distance }), [store, distance]);
  useEffect(() => store.setState({ edge }), [store, edge]);
  useEffect(() => {
    const { current } = store.getState();
    const stays = current !== undefined && shape.nodes.includes(current);
    const wanted = selected !== undefined && shape.nodes.includes(selected) ? selected : shape.nodes[0];
    store.setState({ selected, current: stays ? current : wanted });
  }, [store, selected, shape]);
  return store;
}
