import { type GraphShape, nodeSize, type Position } from './graphModel.ts';

/** Where each node stands, by its id. */
export type Positions = ReadonlyMap<string, Position>;

/** Free room between two nodes, px: between columns lines need room for their labels, between rows they do not. */
export const gap = { x: 76, y: 28 } as const;

const step = { x: nodeSize.width + gap.x, y: nodeSize.height + gap.y };

function overlaps(a: Position, b: Position): boolean {
  return Math.abs(a.x - b.x) < nodeSize.width + gap.y && Math.abs(a.y - b.y) < step.y;
}

function isFree(place: Position, taken: readonly Position[]): boolean {
  return !taken.some((other) => overlaps(place, other));
}

/** The next free place at or below `wanted`; a column is never full, so there always is one. */
function firstFreeBelow(wanted: Position, taken: readonly Position[]): Position {
  let place = wanted;
  while (!isFree(place, taken)) place = { x: place.x, y: place.y + step.y };
  return place;
}

/** The next free place under a node. */
export function placeUnder(host: Position, positions: Positions): Position {
  return firstFreeBelow({ x: host.x, y: host.y + step.y }, [...positions.values()]);
}

/**
 * Where a new node wants to be: right of what calls it, else left of what it calls, else in a row of its own under
 * everything.
 */
function wantedPlace(name: string, shape: GraphShape, positions: Positions): Position {
  const host = positions.get(shape.below?.get(name) ?? '');
  if (host) return { x: host.x, y: host.y + step.y };
  const known = (names: string[]): Position[] => names.flatMap((other) => positions.get(other) ?? []);
  const callers = known(shape.edges.filter((edge) => edge.to === name).map((edge) => edge.from));
  if (callers.length > 0) {
    return { x: Math.max(...callers.map(({ x }) => x)) + step.x, y: Math.min(...callers.map(({ y }) => y)) };
  }
  const callees = known(shape.edges.filter((edge) => edge.from === name).map((edge) => edge.to));
  if (callees.length > 0) {
    return { x: Math.min(...callees.map(({ x }) => x)) - step.x, y: Math.min(...callees.map(({ y }) => y)) };
  }
  const all = [...positions.values()];
  if (all.length === 0) return { x: 0, y: 0 };
  return { x: Math.min(...all.map(({ x }) => x)), y: Math.max(...all.map(({ y }) => y)) + step.y };
}

/**
 * Places the nodes that have no place yet. Nodes that have one keep it, whatever else changes: this is what makes the map
 * one that can be learnt by heart.
 */
export function placeNew(shape: GraphShape, positions: Positions): Positions {
  const missing = shape.nodes.filter((name) => !positions.has(name));
  if (missing.length === 0) return positions;
  // Kept places of services that are gone take no room.
  const present = new Map<string, Position>();
  for (const name of shape.nodes) {
    const place = positions.get(name);
    if (place) present.set(name, place);
  }
  const result = new Map(positions);
  for (const name of missing) {
    const place = firstFreeBelow(wantedPlace(name, shape, present), [...present.values()]);
    present.set(name, place);
    result.set(name, place);
  }
  return result;
}

/**
 * Adds a block of nodes that was laid out by itself (many new nodes at once, e.g. of a project just opened): under
 * everything that is there, which stays as it is.
 */
export function placeBlock(block: Positions, shape: GraphShape, positions: Positions): Positions {
  const present = shape.nodes.flatMap((name) => (block.has(name) ? [] : (positions.get(name) ?? [])));
  const left = present.length === 0 ? 0 : Math.min(...present.map(({ x }) => x));
  const top = present.length === 0 ? 0 : Math.max(...present.map(({ y }) => y)) + step.y;
  const result = new Map(positions);
  for (const [name, { x, y }] of block) result.set(name, { x: left + x, y: top + y });
  return result;
}

/** The part of a shape that has no place yet, with the lines inside it. */
export function unplacedPart(shape: GraphShape, positions: Positions): GraphShape {
  const nodes = shape.nodes.filter((name) => !positions.has(name));
  const names = new Set(nodes);
  const below = new Map([...(shape.below ?? [])].filter(([task, host]) => names.has(task) && names.has(host)));
  return { nodes, edges: shape.edges.filter(({ from, to }) => names.has(from) && names.has(to)), below };
}

/**
 * Where a collapsed group stands when it was never moved itself: on its uppermost leftmost member. Members keep their
 * places, so that expanding the group brings back the same picture.
 */
export function placeGroup(members: readonly string[], positions: Positions): Position | undefined {
  const places = members.flatMap((member) => positions.get(member) ?? []);
  if (places.length === 0) return undefined;
  return { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
}

/** A direction of the arrow keys. */
export type Direction = 'left' | 'right' | 'up' | 'down';

/** Being off to the side counts so many times as much as being far away: the arrow goes to what is in line. */
const sidewaysWeight = 2.5;

/** The node an arrow key leads to, or undefined when there is none on that side. */
export function nodeInDirection(from: string, direction: Direction, positions: Positions): string | undefined {
  const start = positions.get(from);
  if (!start) return undefined;
  const horizontal = direction === 'left' || direction === 'right';
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  let best: { name: string; cost: number } | undefined;
  for (const [name, place] of positions) {
    if (name === from) continue;
    const ahead = sign * (horizontal ? place.x - start.x : place.y - start.y);
    const aside = Math.abs(horizontal ? place.y - start.y : place.x - start.x);
    if (ahead <= 0) continue;
    const cost = ahead + aside * sidewaysWeight;
    if (!best || cost < best.cost) best = { name, cost };
  }
  return best?.name;
}
