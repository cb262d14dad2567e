import { lineHeight, nodeSize, type Position } from './graphModel.ts';

/** Room between a line and a node that it passes, px. */
const clearance = 14;

/** A line that leads back is a loop; this is how far it swings out, as a part of the way back. */
const backSwing = 6;

/** Straight pieces that a curve is cut into for what moves along it: more than the eye can tell. */
const piecesPerCurve = 10;

/** A line from one node to another. */
export interface Route {
  /** For the `d` of a path. */
  readonly path: string;
  /** The same as a chain of points: x, y, x, y, … */
  readonly points: Float32Array;
  /** Length from the start to each point of the chain, px. */
  readonly reached: Float32Array;
  readonly length: number;
  /** Where a label stands best. */
  readonly middle: Position;
}

interface Band {
  readonly left: number;
  readonly right: number;
  /** Heights that are taken, by upper edge. */
  readonly taken: { top: number; bottom: number }[];
}

/** The columns of nodes between two heights of x, from left to right. */
function bandsBetween(left: number, right: number, nodes: Iterable<Position>): Band[] {
  const inside = [...nodes].filter(({ x }) => x > left && x + nodeSize.width < right).sort((a, b) => a.x - b.x);
  const bands: Band[] = [];
  for (const { x, y } of inside) {
    const taken = { top: y - clearance, bottom: y + nodeSize.height + clearance };
    const last = bands.at(-1);
    if (last && x < last.right) {
      bands[bands.length - 1] = { ...last, right: Math.max(last.right, x + nodeSize.width) };
      last.taken.push(taken);
    } else bands.push({ left: x, right: x + nodeSize.width, taken: [taken] });
  }
  return bands;
}

/** The height nearest to `wanted` at which nothing stands. */
function freeHeight(wanted: number, taken: readonly { top: number; bottom: number }[]): number {
  const sorted = [...taken].sort((a, b) => a.top - b.top);
  const blocks: { top: number; bottom: number }[] = [];
  for (const { top, bottom } of sorted) {
    const last = blocks.at(-1);
    if (last && top <= last.bottom) last.bottom = Math.max(last.bottom, bottom);
    else blocks.push({ top, bottom });
  }
  const hit = blocks.find(({ top, bottom }) => wanted > top && wanted < bottom);
  if (!hit) return wanted;
  return wanted - hit.top <= hit.bottom - wanted ? hit.top : hit.bottom;
}

type Curve = readonly [Position, Position, Position, Position];

function curveBetween(a: Position, b: Position): Curve {
  const dx = b.x - a.x;
  const swing = dx >= 0 ? dx / 2 : backSwing * Math.sqrt(-dx);
  return [a, { x: a.x + swing, y: a.y }, { x: b.x - swing, y: b.y }, b];
}

function pointOn([a, b, c, d]: Curve, t: number): Position {
  const u = 1 - t;
  const [w0, w1, w2, w3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: w0 * a.x + w1 * b.x + w2 * c.x + w3 * d.x, y: w0 * a.y + w1 * b.y + w2 * c.y + w3 * d.y };
}

const shown = (value: number): number => Math.round(value * 10) / 10;

/** Cuts a route into points and measures it. */
function measured(path: string, chain: readonly number[], middle: Position): Route {
  const points = Float32Array.from(chain);
  const reached = new Float32Array(points.length / 2);
  for (let i = 1; i < reached.length; i++) {
    const stepX = (points[i * 2] as number) - (points[i * 2 - 2] as number);
    const stepY = (points[i * 2 + 1] as number) - (points[i * 2 - 1] as number);
    reached[i] = (reached[i - 1] as number) + Math.hypot(stepX, stepY);
  }
  return { path, points, reached, length: reached.at(-1) ?? 0, middle };
}

/** The straight way between two nodes of which one stands under the other; undefined for all others. */
function verticalRoute(from: Position, to: Position): Route | undefined {
  const a = { x: from.x - nodeSize.width / 2, y: from.y };
  const b = { x: to.x + nodeSize.width / 2, y: to.y };
  if (Math.abs(a.x - b.x) > nodeSize.width / 2 || Math.abs(a.y - b.y) < nodeSize.height) return undefined;
  // Nodes are drawn above lines: only what is between them is seen. The label stands in the middle of that.
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y + nodeSize.height) / 2 - lineHeight };
  return measured(`M${shown(a.x)} ${shown(a.y)}L${shown(b.x)} ${shown(b.y)}`, [a.x, a.y, b.x, b.y], middle);
}

/**
 * The way of a line from the right side of one node to the left side of another. It passes the nodes of the columns between
 * them above or below, wherever it is less of a detour, and goes straight through a gap.
 */
export function routeEdge(from: Position, to: Position, nodes: Iterable<Position>): Route {
  const vertical = verticalRoute(from, to);
  if (vertical) return vertical;
  const stops: Position[] = [from];
  const dx = to.x - from.x;
  if (dx > nodeSize.width) {
    for (const { left, right, taken } of bandsBetween(from.x, to.x, nodes)) {
      const before = stops.at(-1) as Position;
      const rise = (to.y - before.y) / (to.x - before.x);
      const y = freeHeight(before.y + rise * ((left + right) / 2 - before.x), taken);
      stops.push({ x: left, y }, { x: right, y });
    }
  }
  stops.push(to);
  let path = `M${shown(from.x)} ${shown(from.y)}`;
  const chain: number[] = [from.x, from.y];
  let pass: readonly [Position, Position] | undefined;
  for (let i = 1; i < stops.length; i++) {
    const [a, b] = [stops[i - 1] as Position, stops[i] as Position];
    if (a.y === b.y && b.x >= a.x) {
      path += `L${shown(b.x)} ${shown(b.y)}`;
      chain.push(b.x, b.y);
    } else {
      const curve = curveBetween(a, b);
      path += `C${curve
        .slice(1)
        .map(({ x, y }) => `${shown(x)} ${shown(y)}`)
        .join(' ')}`;
      for (let piece = 1; piece <= piecesPerCurve; piece++) {
        const { x, y } = pointOn(curve, piece / piecesPerCurve);
        chain.push(x, y);
      }
    }
    // Past a column, above or below its nodes, a line has much room, and its like run beside it, not across it.
    if (a.y === b.y && b.x - a.x >= nodeSize.width) pass ??= [a, b];
  }
  const [a, b] = pass ?? [stops.at(-2) as Position, to];
  return measured(path, chain, pointOn(curveBetween(a, b), 0.5));
}

/** The place on a route after `distance` px. */
export function placeOnRoute({ points, reached }: Route, distance: number): Position {
  let low = 0;
  let high = reached.length - 1;
  while (high - low > 1) {
    const half = (low + high) >> 1;
    if ((reached[half] as number) <= distance) low = half;
    else high = half;
  }
  const start = reached[low] as number;
  const span = (reached[high] as number) - start;
  const part = span > 0 ? Math.min(1, Math.max(0, (distance - start) / span)) : 0;
  const [x, y] = [points[low * 2] as number, points[low * 2 + 1] as number];
  return {
    x: x + ((points[high * 2] as number) - x) * part,
    y: y + ((points[high * 2 + 1] as number) - y) * part,
  };
}
