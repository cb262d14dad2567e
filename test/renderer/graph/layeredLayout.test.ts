import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { routeEdge } from '../../../renderer/features/graph/edgeRoute.ts';
import { lineHeight, nodeSize, shapeOf } from '../../../renderer/features/graph/graphModel.ts';
import { fromElkGraph, toElkGraph } from '../../../renderer/features/graph/layeredLayout.ts';
import { gap } from '../../../renderer/features/graph/placement.ts';
import { DependencySchema, Kind } from '../../../shared/contract/gen/state_pb.ts';
import { makeService } from '../../helpers/renderer/services.ts';

const needs = (...names: string[]) =>
  names.map((service) => create(DependencySchema, { service, condition: 'completed' }));

const services = [
  makeService({ name: 'web', dependsOn: needs('api', 'migrate') }),
  makeService({ name: 'api', dependsOn: needs('seed', 'migrate') }),
  makeService({ name: 'seed', kind: Kind.TASK }),
  makeService({ name: 'migrate', kind: Kind.TASK }),
];

describe('a task', () => {
  it('stands under the only service that waits for it, and takes no column of its own', () => {
    const shape = shapeOf(services);
    expect([...(shape.below ?? [])]).toEqual([['seed', 'api']]);
    const graph = toElkGraph(shape, new Map());
    expect(graph.children?.map(({ id }) => id).sort()).toEqual(['api', 'migrate', 'web']);
    expect(graph.edges?.map(({ targets }) => targets[0])).not.toContain('seed');
    const places = fromElkGraph(
      {
        id: 'root',
        children: [
          { id: 'web', x: 0, y: 0 },
          { id: 'api', x: 272, y: 0 },
          { id: 'migrate', x: 544, y: 0 },
        ],
      },
      shape,
      new Map(),
    );
    expect(places.get('seed')).toEqual({ x: 272, y: nodeSize.height + gap.y });
  });

  it('keeps to the layout where groups have frames, which would cut it off', () => {
    const shape = shapeOf(services);
    const groups = new Map(services.map(({ name }) => [name, 'jobs']));
    const [frame] = toElkGraph(shape, groups).children ?? [];
    expect(frame?.children?.map(({ id }) => id)).toContain('seed');
  });
});

describe('a line', () => {
  const end = (x: number, y: number, side: 'left' | 'right') => ({
    x: side === 'right' ? x + nodeSize.width : x,
    y: y + lineHeight,
  });

  it('to what stands under a node goes straight down, and has its label between the two', () => {
    const below = nodeSize.height + gap.y;
    const route = routeEdge(end(0, 0, 'right'), end(0, below, 'left'), []);
    expect(route.length).toBe(below);
    expect(route.middle.x).toBe(nodeSize.width / 2);
    expect(route.middle.y).toBeGreaterThan(lineHeight);
    expect(route.middle.y).toBeLessThan(below);
  });

  it('has its label where there is room for it: past a column rather than in the gap behind it', () => {
    const step = nodeSize.width + gap.x;
    const past = routeEdge(end(0, 0, 'right'), end(2 * step, 0, 'left'), [{ x: step, y: 0 }]);
    expect(past.middle.x).toBeGreaterThan(step);
    expect(past.middle.x).toBeLessThan(step + nodeSize.width);
  });
});
