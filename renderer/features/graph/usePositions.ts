import { useCallback, useEffect, useState } from 'react';
import { completeLayout, tidyLayout } from './graphLayout.ts';
import type { GraphShape, Position } from './graphModel.ts';
import { layoutInWorker } from './layeredLayout.ts';
import type { Positions } from './placement.ts';
import { type KeptPositions, PositionStore } from './positionStore.ts';

function browserStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

const store = new PositionStore(browserStorage());

/** Positions of a graph and what changes them. */
export interface GraphPositions {
  /** Places of the nodes of the shape, as far as they have one; undefined while they are computed for the first time. */
  readonly positions: Positions | undefined;
  /** Puts nodes where the user dragged them. */
  readonly move: (moved: ReadonlyMap<string, Position>) => void;
  /** Lays everything out anew. */
  readonly tidy: () => Promise<void>;
  /** Takes the last {@link tidy} back; undefined when there is none to take back. */
  readonly undoTidy: (() => void) | undefined;
}

interface State extends KeptPositions {
  readonly key: string;
  readonly beforeTidy: KeptPositions | undefined;
}

function isComplete(shape: GraphShape, positions: Positions): boolean {
  return shape.nodes.every((name) => positions.has(name));
}

/**
 * Keeps the places of a graph's nodes under a key. They change in three cases only: the user drags a node, asks to tidy
 * up, or a node has no place yet. Such a node is put beside what it talks to; only as long as nobody has touched the graph
 * (dragged a node, or `viewIsKept`: moved the view) everything is laid out anew with it.
 */
export function usePositions(
  key: string,
  shape: GraphShape,
  groups: ReadonlyMap<string, string>,
  viewIsKept: boolean,
): GraphPositions {
  const [state, setState] = useState<State>(() => ({ key, ...store.load(key), beforeTidy: undefined }));
  const current = state.key === key ? state : { key, ...store.load(key), beforeTidy: undefined };
  if (current !== state) setState(current);

  const put = useCallback(
    (change: (before: KeptPositions) => KeptPositions, remember: boolean): void => {
      setState((before) => {
        if (before.key !== key) return before;
        const after = change(before);
        store.save(key, after);
        return { key, ...after, beforeTidy: remember ? before : undefined };
      });
    },
    [key],
  );
  const isUntouched = !viewIsKept && !shape.nodes.some((name) => current.moved.has(name));

  useEffect(() => {
    if (isComplete(shape, current.positions)) return undefined;
    let stopped = false;
    const known: Positions = isUntouched ? new Map() : current.positions;
    void completeLayout(shape, groups, known, layoutInWorker).then((complete) => {
      if (stopped) return;
      put(
        ({ positions, moved }) => ({
          positions: isUntouched ? new Map([...positions, ...complete]) : new Map([...complete, ...positions]),
          moved,
        }),
        false,
      );
    });
    return () => {
      // Also when a node is dragged meanwhile: then it is touched.
      stopped = true;
    };
  }, [shape, groups, current.positions, isUntouched, put]);

  const move = useCallback(
    (dragged: ReadonlyMap<string, Position>) =>
      put(
        ({ positions, moved }) => ({
          positions: new Map([...positions, ...dragged]),
          moved: new Set([...moved, ...dragged.keys()]),
        }),
        false,
      ),
    [put],
  );
  const tidy = useCallback(async () => {
    const fresh = await tidyLayout(shape, groups, current.positions, layoutInWorker);
    put(() => ({ positions: fresh, moved: new Set() }), true);
  }, [shape, groups, current.positions, put]);
  const { beforeTidy } = current;
  const undoTidy = beforeTidy && (() => put(() => beforeTidy, false));

  // What has no place yet is not drawn; the rest stays to be seen meanwhile.
  const hasAny = shape.nodes.some((name) => current.positions.has(name));
  return { positions: hasAny ? current.positions : undefined, move, tidy, undoTidy };
}
