import { applyNodeChanges, type Node as FlowNode, type NodeChange } from '@xyflow/react';
import { useState } from 'react';
import { toFlowNodes } from './graphNodes.ts';
import type { Positions } from './placement.ts';

/** The nodes as the canvas holds them: places from outside, and what a drag does to them until it ends. */
export function useFlowNodes(
  shown: Positions,
  members: ReadonlyMap<string, readonly string[]>,
): [FlowNode[], (changes: NodeChange[]) => void] {
  const [state, setState] = useState(() => ({ shown, members, nodes: toFlowNodes(shown, members, []) }));
  const current =
    state.shown === shown && state.members === members
      ? state
      : { shown, members, nodes: toFlowNodes(shown, members, state.nodes) };
  if (current !== state) setState(current);
  const change = (changes: NodeChange[]): void => {
    setState((before) => ({ ...before, nodes: applyNodeChanges(changes, before.nodes) }));
  };
  return [current.nodes, change];
}
