import { type Route, routeEdge } from './edgeRoute.ts';
import { type Edge, lineHeight, nodeSize } from './graphModel.ts';
import type { Distance } from './graphStore.ts';
import { type LabelPlace, placeLabels } from './labelPlaces.ts';
import { labelSizesAt } from './labelSizes.ts';
import type { Positions } from './placement.ts';

/** Ends of a line may differ by so many px from where they were computed: borders, and halves of px. */
const samePx = 2;

/**
 * Places of the labels of one graph. They are found for all lines together, those outside of the window too, so that none
 * moves when the view does; and only for scales that are looked at.
 */
export class LineLabels {
  private readonly byDistance = new Map<Distance, ReadonlyMap<string, LabelPlace>>();
  private routes: ReadonlyMap<string, Route> | undefined;

  constructor(
    private readonly edges: readonly Edge[],
    private readonly shown: Positions,
  ) {}

  /** The place for the label of a line at a scale; undefined where none is free, and from afar, where none can be read. */
  placeOf(id: string, route: Route, distance: Distance): LabelPlace | undefined {
    if (distance === 'far') return undefined;
    let places = this.byDistance.get(distance);
    if (!places) {
      this.routes ??= this.routesOfAll();
      places = placeLabels(this.routes, this.shown.values(), labelSizesAt(distance));
      this.byDistance.set(distance, places);
    }
    const place = places.get(id);
    return place && isSame(place.route, route) ? place : undefined;
  }

  private routesOfAll(): ReadonlyMap<string, Route> {
    const routes = new Map<string, Route>();
    for (const { id, from, to } of this.edges) {
      const [a, b] = [this.shown.get(from), this.shown.get(to)];
      if (!a || !b) continue;
      const start = { x: a.x + nodeSize.width, y: a.y + lineHeight };
      routes.set(id, routeEdge(start, { x: b.x, y: b.y + lineHeight }, this.shown.values()));
    }
    return routes;
  }
}

function isSame(a: Route, b: Route): boolean {
  const isNear = (at: number, of: number): boolean =>
    Math.abs((a.points.at(at) as number) - (b.points.at(of) as number)) <= samePx;
  return isNear(0, 0) && isNear(1, 1) && isNear(-2, -2) && isNear(-1, -1);
}
