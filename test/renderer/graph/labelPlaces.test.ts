import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, routeEdge } from '../../../renderer/features/graph/edgeRoute.ts';
import { type Edge, lineHeight, nodeSize, type Position } from '../../../renderer/features/graph/graphModel.ts';
import type { Distance } from '../../../renderer/features/graph/graphStore.ts';
import { type LabelPlace, placeLabels } from '../../../renderer/features/graph/labelPlaces.ts';
import { labelSizesAt } from '../../../renderer/features/graph/labelSizes.ts';
import { LineLabels } from '../../../renderer/features/graph/lineLabels.ts';
import { gap } from '../../../renderer/features/graph/placement.ts';
import { edgeKey } from '../../../renderer/state/traffic.ts';

const step = { x: nodeSize.width + gap.x, y: nodeSize.height + gap.y };
const distances = ['near', 'middle', 'wide'] as const satisfies readonly Distance[];

function routeBetween(from: Position, to: Position, nodes: readonly Position[]): Route {
  return routeEdge({ x: from.x + nodeSize.width, y: from.y + lineHeight }, { x: to.x, y: to.y + lineHeight }, nodes);
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right - 0.01 && a.right > b.left + 0.01 && a.top < b.bottom - 0.01 && a.bottom > b.top + 0.01;

function boxOf({ middle: { x, y }, room }: LabelPlace, height: number): Box {
  return { left: x - room / 2, right: x + room / 2, top: y - height / 2, bottom: y + height / 2 };
}

const nodeBox = ({ x, y }: Position): Box => ({
  left: x,
  right: x + nodeSize.width,
  top: y,
  bottom: y + nodeSize.height,
});

/** Nodes in columns, some empty places, with lines to the right, to the left and past columns. */
const graphs = fc
  .record({
    columns: fc.integer({ min: 2, max: 6 }),
    rows: fc.integer({ min: 1, max: 8 }),
    lift: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 6, maxLength: 6 }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 60 }),
  })
  .map(({ columns, rows, lift, pairs }) => {
    const nodes = Array.from({ length: columns * rows }, (_, index) => {
      const column = Math.floor(index / rows);
      return { x: column * step.x, y: (index % rows) * step.y + (lift[column] as number) };
    });
    const routes = new Map<string, Route>();
    for (const [a, b] of pairs) {
      const [from, to] = [a % nodes.length, b % nodes.length];
      if (from !== to) {
        routes.set(`${from}>${to}`, routeBetween(nodes[from] as Position, nodes[to] as Position, nodes));
      }
    }
    return { nodes, routes };
  });

describe('labels of lines', () => {
  it.each(distances)('cover no node and no other label (%s)', (distance) => {
    const sizes = labelSizesAt(distance);
    fc.assert(
      fc.property(graphs, ({ nodes, routes }) => {
        const boxes = [...placeLabels(routes, nodes, sizes).values()].map((place) => boxOf(place, sizes.height));
        for (const [index, box] of boxes.entries()) {
          for (const node of nodes) expect(overlap(box, nodeBox(node))).toBe(false);
          for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(distances)('of two lines side by side stand beside each other, not on each other (%s)', (distance) => {
    const nodes: Position[] = [
      { x: 0, y: 0 },
      { x: step.x, y: 130 },
      { x: step.x * 2, y: 10 },
      { x: step.x * 3, y: -20 },
    ];
    const [first, , third, fourth] = nodes as [Position, Position, Position, Position];
    const routes = new Map([
      ['near', routeBetween(first, third, nodes)],
      ['past', routeBetween(first, fourth, nodes)],
    ]);
    const sizes = labelSizesAt(distance);
    const places = placeLabels(routes, nodes, sizes);
    expect([...places.keys()].sort()).toEqual(['near', 'past']);
    const [a, b] = [...places.values()].map((place) => boxOf(place, sizes.height)) as [Box, Box];
    expect(overlap(a, b)).toBe(false);
  });

  it('has all its figures past a column, and the most important one in a gap', () => {
    const nodes = [0, 1, 2].map((column) => ({ x: column * step.x, y: 0 }));
    const [first, second, third] = nodes as [Position, Position, Position];
    const routes = new Map([
      ['gap', routeBetween(first, second, nodes)],
      ['past', routeBetween(first, third, nodes)],
    ]);
    const sizes = labelSizesAt('near');
    const places = placeLabels(routes, nodes, sizes);
    expect(places.get('gap')?.room).toBe(sizes.short);
    expect(places.get('past')?.room).toBe(sizes.full);
  });

  it('has no place of its own while its node is dragged, and none from afar', () => {
    const shown = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: step.x, y: 0 }],
    ]);
    const id = edgeKey('a', 'b');
    const edges: Edge[] = [{ id, from: 'a', to: 'b', declared: true, parts: [id] }];
    const labels = new LineLabels(edges, shown);
    const [a, b] = [...shown.values()] as [Position, Position];
    expect(labels.placeOf(id, routeBetween(a, b, [a, b]), 'near')).toBeDefined();
    expect(labels.placeOf(id, routeBetween(a, { x: b.x, y: 40 }, [a, b]), 'near')).toBeUndefined();
    expect(labels.placeOf(id, routeBetween(a, b, [a, b]), 'far')).toBeUndefined();
  });
});
