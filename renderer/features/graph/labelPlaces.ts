import { placeOnRoute, type Route } from './edgeRoute.ts';
import { nodeSize, type Position } from './graphModel.ts';
import { RectIndex, type Rect } from './rectIndex.ts';

/** Room between a label and a node at its side, px. Above and below a line keeps its own distance. */
const besideNode = 2;

/** Places along a line that are tried at most: more find nothing that the eye would miss, and a thousand lines pay for each. */
const maxTries = 30;

/** Distance between two tried places at least, px: in a gap between columns a label just fits, so a bit off is too far. */
const tryStep = 10;

/** Distance between the points that stand for a line that labels should not cover, px: less than a label is high. */
const pointStep = 12;

/** What a place costs. One beside the middle is better than one on another line; little is worse than no room for all figures. */
const costs = { fromMiddle: 1, perCoveredPoint: 1, noRoomForAll: 0.8 } as const;

/** Sizes of labels at one scale, px: `short` has the most important figure alone, `full` all of them. */
export interface LabelSizes {
  readonly height: number;
  readonly short: number;
  readonly full: number;
}

/** Where the label of a line stands. */
export interface LabelPlace {
  readonly middle: Position;
  /** Width that is kept free for it, px. */
  readonly room: number;
  /** The line that it was found for: while a node is dragged its lines are others. */
  readonly route: Route;
}

function rectAround({ x, y }: Position, width: number, height: number): Rect {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

/** The places along a route that a label can take, with how far each is from the best one, as a part of the route. */
function triesOf(route: Route): { place: Position; away: number }[] {
  const tries = [{ place: route.middle, away: 0 }];
  const step = Math.max(tryStep, route.length / maxTries);
  const best = distanceTo(route, route.middle);
  for (let distance = step / 2; distance < route.length; distance += step) {
    tries.push({ place: placeOnRoute(route, distance), away: Math.abs(distance - best) / route.length });
  }
  return tries;
}

/** How far along a route the point nearest to a place is. */
function distanceTo(route: Route, { x, y }: Position): number {
  let best = { distance: route.length / 2, off: Number.POSITIVE_INFINITY };
  for (let distance = 0; distance <= route.length; distance += pointStep) {
    const at = placeOnRoute(route, distance);
    const off = Math.hypot(at.x - x, at.y - y);
    if (off < best.off) best = { distance, off };
  }
  return best.distance;
}

/** All lines as points, each with the number of its line. */
function pointsOf(routes: readonly Route[]): RectIndex<number> {
  const points = new RectIndex<number>();
  for (const [line, route] of routes.entries()) {
    for (let distance = 0; distance <= route.length; distance += pointStep) {
      const { x, y } = placeOnRoute(route, distance);
      points.add({ left: x, right: x, top: y, bottom: y }, line);
    }
  }
  return points;
}

/**
 * Finds a place on each line for its label, so that no label covers a node or another label, and another line only where
 * there is no other way. A line without such a place is left out: its figures are seen when it is pointed at. Places depend on
 * where nodes stand and not on figures: a label that changes does not move.
 */
export function placeLabels(
  routes: ReadonlyMap<string, Route>,
  nodes: Iterable<Position>,
  { height, short, full }: LabelSizes,
): ReadonlyMap<string, LabelPlace> {
  const boxes = new RectIndex<null>();
  for (const { x, y } of nodes) {
    boxes.add(
      { left: x - besideNode, right: x + nodeSize.width + besideNode, top: y, bottom: y + nodeSize.height },
      null,
    );
  }
  const labels = new RectIndex<string>();
  const lines = pointsOf([...routes.values()]);
  // A short line has the least choice, so it chooses first.
  const inOrder = [...routes]
    .map(([id, route], line) => ({ id, route, line }))
    .sort((a, b) => a.route.length - b.route.length);
  const places = new Map<string, LabelPlace>();
  for (const { id, route, line } of inOrder) {
    let best: { middle: Position; cost: number } | undefined;
    for (const { place, away } of triesOf(route)) {
      const rect = rectAround(place, short, height);
      let cost = away * costs.fromMiddle;
      if ((best && cost >= best.cost) || boxes.hits(rect) || labels.hits(rect)) continue;
      cost += costs.perCoveredPoint * lines.count(rect, (other) => other !== line);
      const wide = rectAround(place, full, height);
      if (boxes.hits(wide) || labels.hits(wide)) cost += costs.noRoomForAll;
      if (!best || cost < best.cost) best = { middle: place, cost };
    }
    if (!best) continue;
    labels.add(rectAround(best.middle, short, height), id);
    places.set(id, { middle: best.middle, room: short, route });
  }
  // Once each has its place, those with room beside them have all their figures.
  for (const [id, place] of places) {
    const wide = rectAround(place.middle, full, height);
    if (boxes.hits(wide) || labels.count(wide, (other) => other !== id) > 0) continue;
    labels.add(wide, id);
    places.set(id, { ...place, room: full });
  }
  return places;
}
