import type { Edge as FlowEdge, Node as FlowNode } from '@xyflow/react';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { isCore, isOfEvents, outside } from '../../state/traffic.ts';
import { type GraphShape, groupOfNodeId, nodeSize, type Position } from './graphModel.ts';
import { placeGroup, type Positions } from './placement.ts';

/** Members of each group. */
export function membersOf(groups: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const [name, group] of groups) {
    const list = members.get(group);
    if (list) list.push(name);
    else members.set(group, [name]);
  }
  return members;
}

function placeOf(
  id: string,
  positions: Positions,
  members: ReadonlyMap<string, readonly string[]>,
): Position | undefined {
  const group = groupOfNodeId(id);
  return positions.get(id) ?? (group === undefined ? undefined : placeGroup(members.get(group) ?? [], positions));
}

/** The places of what is shown, collapsed groups included. */
export function shownPositions(
  shape: GraphShape,
  positions: Positions,
  members: ReadonlyMap<string, readonly string[]>,
): Positions {
  const shown = new Map<string, Position>();
  for (const id of shape.nodes) {
    const place = placeOf(id, positions, members);
    if (place) shown.set(id, place);
  }
  return shown;
}

/**
 * Nodes for the canvas. A node that stays where it is stays the same object: only what moved, came or went is drawn again.
 */
export function toFlowNodes(
  shown: Positions,
  members: ReadonlyMap<string, readonly string[]>,
  before: readonly FlowNode[],
): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return [...shown].map(([id, position]) => {
    const group = groupOfNodeId(id);
    const old = known.get(id);
    if (old && old.position.x === position.x && old.position.y === position.y && group === undefined) return old;
    return {
      ...old,
      id,
      type: typeOf(id),
      position: { ...position },
      initialWidth: nodeSize.width,
      initialHeight: nodeSize.height,
      data: group === undefined ? {} : { name: group, members: members.get(group) ?? [] },
    };
  });
}

function typeOf(id: string): string {
  if (groupOfNodeId(id) !== undefined) return 'group';
  if (id === outside) return 'outside';
  if (isCore(id)) return 'core';
  return topicOf(id) === undefined ? 'service' : 'topic';
}

/** Lines for the canvas. */
export function toFlowEdges(shape: GraphShape): FlowEdge[] {
  return shape.edges.map(({ id, from, to, declared, parts }) => ({
    id,
    source: from,
    target: to,
    type: 'calls',
    focusable: false,
    selectable: false,
    data: { parts, declared },
    // What a line says stands in the inspector and, node by node, in the node's own text.
    ariaLabel: isOfEvents({ from, to })
      ? `Events from ${topicOf(from) ?? from} to ${topicOf(to) ?? to}`
      : `Calls from ${from} to ${to}`,
  }));
}
