import { useCallback, useEffect, useState } from 'react';
import { completeLayout, tidyLayout } from './graphLayout.ts';
import type { GraphShape, Position } from './graphModel.ts';
import { layoutInWorker } from './layeredLayout.ts';
import type { Positions } from './placement.ts';
import { PositionStore } from './positionStore.ts';

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
  /** Places of all nodes of the shape; undefined while they are computed for the first time. */
  readonly positions: Positions | undefined;
  /** Puts nodes where the user dragged them. */
  readonly move: (moved: ReadonlyMap<string, Position>) => void;
  /** Lays everything out anew. */
  readonly tidy: () => Promise<void>;
  /** Takes the last {@link tidy} back; undefined when there is none to take back. */
  readonly undoTidy: (() => void) | undefined;
}

interface State {
  readonly key: string;
  readonly positions: Positions;
  readonly beforeTidy: Positions | undefined;
}

function isComplete(shape: GraphShape, positions: Positions): boolean {
  return shape.nodes.every((name) => positions.has(name));
}

/**
 * Keeps the places of a graph's nodes under a key. They change in three cases only: the user drags a node, asks to tidy
 * up, or a node has no place yet.
 */
export function usePositions(key: string, shape: GraphShape, groups: ReadonlyMap<string, string>): GraphPositions {
  const [state, setState] = useState<State>(() => ({ key, positions: store.load(key), beforeTidy: undefined }));
  const current = state.key === key ? state : { key, positions: store.load(key), beforeTidy: undefined };
  if (current !== state) setState(current);

  const put = useCallback(
    (change: (positions: Positions) => Positions, remember: boolean): void => {
      setState((before) => {
        if (before.key !== key) return before;
        const positions = change(before.positions);
        store.save(key, positions);
        return { key, positions, beforeTidy: remember ? before.positions : undefined };
      });
    },
    [key],
  );

  useEffect(() => {
    if (isComplete(shape, current.positions)) return undefined;
    let stopped = false;
    void completeLayout(shape, groups, current.positions, layoutInWorker).then((complete) => {
      if (stopped) return;
      // What was dragged while the layout was computed stays where it was dragged.
      put((positions) => new Map([...complete, ...positions]), false);
    });
    return () => {
      stopped = true;
    };
  }, [shape, groups, current.positions, put]);

  const move = useCallback(
    (moved: ReadonlyMap<string, Position>) => put((positions) => new Map([...positions, ...moved]), false),
    [put],
  );
  const tidy = useCallback(async () => {
    const fresh = await tidyLayout(shape, groups, current.positions, layoutInWorker);
    put(() => fresh, true);
  }, [shape, groups, current.positions, put]);
  const { beforeTidy } = current;
  const undoTidy = beforeTidy && (() => put(() => beforeTidy, false));

  return { positions: isComplete(shape, current.positions) ? current.positions : undefined, move, tidy, undoTidy };
}
