import type { GraphEdge } from '../../../shared/contract/gen/graph_pb.ts';
import { figuresOf, type Health } from './edgeFigures.ts';
import { placeOnRoute } from './edgeRoute.ts';
import type { Position } from './graphModel.ts';
import type { DrawnLine } from './routes.ts';

/** Speed of a dot, px of the graph a second: a line between neighbours takes about a second. */
const speed = 90;

/** Dots that set out on one line a second at most: more would be a solid line. */
const maxPerSecond = 4;

/** Dots on the screen at most; with more lines than that each gets fewer. */
const maxDots = 500;

/** Health of lines that have dots. */
export type DotHealth = Extract<Health, 'ok' | 'warn' | 'bad'>;

interface Lane {
  /** Distance that each dot has covered, px, the first one first. */
  dots: number[];
  /** Part of the next dot that is due. */
  due: number;
  health: DotHealth;
}

/** Dots that set out a second on a line with this rate: one per call up to 1/s, then ever fewer per call. */
export function dotsPerSecond(rate: number): number {
  if (rate <= 0) return 0;
  return Math.min(maxPerSecond, rate <= 1 ? rate : 1 + Math.log10(rate));
}

function isMoving(health: Health): health is DotHealth {
  return health === 'ok' || health === 'warn' || health === 'bad';
}

/** The dots of all lines. A rate that changes lets dots set out more or less often; those under way are not touched. */
export class DotFlow {
  private readonly lanes = new Map<string, Lane>();
  private lines: ReadonlyMap<string, DrawnLine> = new Map();
  private total = 0;
  private setsOut = false;

  /** Number of dots under way. */
  get count(): number {
    return this.total;
  }

  /** Whether none is under way and none will set out until the figures of a line change. */
  get isStill(): boolean {
    return this.total === 0 && !this.setsOut;
  }

  /** Moves all dots by `elapsedMs` and lets new ones set out. */
  advance(elapsedMs: number, lines: ReadonlyMap<string, DrawnLine>, edges: ReadonlyMap<string, GraphEdge>): void {
    this.lines = lines;
    for (const id of this.lanes.keys()) if (!lines.has(id)) this.lanes.delete(id);
    const seconds = elapsedMs / 1000;
    let total = 0;
    this.setsOut = false;
    const room = Math.min(1, maxDots / Math.max(1, lines.size * 2));
    for (const [id, { route, parts }] of lines) {
      const { health, rate } = figuresOf(parts, edges);
      let lane = this.lanes.get(id);
      if (!isMoving(health)) {
        if (!lane || lane.dots.length === 0) continue;
        lane.due = 0;
      } else if (lane) lane.health = health;
      else {
        // The first dot of a line does not wait, but not all set out at once.
        lane = { dots: [], due: Math.random(), health };
        this.lanes.set(id, lane);
      }
      const step = speed * seconds;
      lane.dots = lane.dots.map((distance) => distance + step).filter((distance) => distance < route.length);
      if (isMoving(health)) {
        if (rate > 0) this.setsOut = true;
        lane.due += dotsPerSecond(rate) * room * seconds;
        if (lane.due >= 1) {
          lane.due %= 1;
          if (this.total < maxDots) lane.dots.push(0);
        }
      }
      total += lane.dots.length;
    }
    this.total = total;
  }

  /** Tells where each dot is, in the graph's own px. */
  each(tell: (place: Position, health: DotHealth) => void): void {
    for (const [id, { dots, health }] of this.lanes) {
      const line = this.lines.get(id);
      if (!line) continue;
      for (const distance of dots) tell(placeOnRoute(line.route, distance), health);
    }
  }
}
