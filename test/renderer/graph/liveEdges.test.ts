import { create, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DotFlow, dotsPerSecond } from '../../../renderer/features/graph/dotFlow.ts';
import { figuresOf, lineLabel, lineWidth, lineWords } from '../../../renderer/features/graph/edgeFigures.ts';
import { toFlowNodes } from '../../../renderer/features/graph/graphNodes.ts';
import { placeOnRoute, routeEdge } from '../../../renderer/features/graph/edgeRoute.ts';
import {
  collapseShape,
  nodeSize,
  openingOf,
  type Position,
  shapeOf,
} from '../../../renderer/features/graph/graphModel.ts';
import { type GraphEdge, GraphEdgeSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { makeService } from '../../helpers/renderer/services.ts';

function edge(from: string, to: string, parts: MessageInitShape<typeof GraphEdgeSchema> = {}): GraphEdge {
  return create(GraphEdgeSchema, { from, to, kind: 'call', calls: 10, ...parts });
}

const seen = (...edges: GraphEdge[]): ReadonlyMap<string, GraphEdge> =>
  new Map(edges.map((each) => [`${each.from}>${each.to}`, each]));

describe('lines of the graph', () => {
  const services = [
    makeService({ name: 'orders', dependsOn: [{ service: 'cart', condition: 'ready' }] }),
    makeService({ name: 'cart' }),
    makeService({ name: 'catalog' }),
  ];

  it('a call that nobody declared becomes a line, one that was declared stays one line', () => {
    const { nodes, edges } = shapeOf(services, [edge('orders', 'cart'), edge('cart', 'catalog')]);
    expect(nodes).toEqual(['cart', 'catalog', 'orders']);
    expect(edges.map(({ id, declared }) => [id, declared])).toEqual([
      ['cart>catalog', false],
      ['orders>cart', true],
    ]);
  });

  it('callers that are no services are a node once one of them has called', () => {
    expect(shapeOf(services, [edge('outside', 'orders', { calls: 0 })]).nodes).not.toContain('outside');
    const { nodes, edges } = shapeOf(services, [edge('outside', 'orders')]);
    expect(nodes).toContain('outside');
    expect(edges.map(({ id }) => id)).toContain('outside>orders');
  });

  it('a topic is a node once a service of the graph publishes on it or consumes it', () => {
    const events = (from: string, to: string) => edge(from, to, { kind: from.includes(':') ? 'consume' : 'publish' });
    const { nodes, edges } = shapeOf(services, [
      events('orders', 'topic:placed'),
      events('topic:placed', 'cart'),
      events('outside', 'topic:placed'),
      events('gone', 'topic:unseen'),
      edge('cart', 'topic:never', { calls: 0 }),
    ]);
    expect(nodes).toEqual(['cart', 'catalog', 'orders', 'topic:placed', 'outside']);
    expect(edges.map(({ id }) => id)).toEqual([
      'orders>cart',
      'orders>topic:placed',
      'outside>topic:placed',
      'topic:placed>cart',
    ]);
    const placed = new Map([['topic:placed', { x: 0, y: 0 }]]);
    expect(toFlowNodes(placed, new Map(), []).map(({ type }) => type)).toEqual(['topic']);
  });

  it('opening a node shows a log, a group or a topic; who is outside has nothing to show', () => {
    expect(['orders', 'group:shop', 'topic:placed', 'outside'].map(openingOf)).toEqual([
      { log: 'orders' },
      { group: 'shop' },
      { topic: 'placed' },
      undefined,
    ]);
  });

  it('a line of events says how many, not how long or how they failed', () => {
    const figures = figuresOf(
      ['orders>topic:placed'],
      seen(edge('orders', 'topic:placed', { kind: 'publish', rate: 3 })),
    );
    expect(lineLabel(figures, false)).toBe('3/s');
    expect(lineWords(figures)).toBe('3/s events');
  });

  it('a line to a service that is not on the graph is left out', () => {
    expect(shapeOf(services, [edge('orders', 'gone'), edge('gone', 'cart')]).edges.map(({ id }) => id)).toEqual([
      'orders>cart',
    ]);
  });

  it('the line of a collapsed group sums the rates of its edges and names the slowest', () => {
    const shape = shapeOf(services, [edge('orders', 'catalog'), edge('cart', 'catalog')]);
    const groups = new Map([
      ['orders', 'shop'],
      ['cart', 'shop'],
    ]);
    const [line] = collapseShape(shape, groups, new Set(['shop'])).edges;
    expect(line?.parts).toEqual(['cart>catalog', 'orders>catalog']);
    const figures = figuresOf(
      line?.parts ?? [],
      seen(
        edge('orders', 'catalog', { rate: 3, errorShare: 0.5, p95Ms: 8 }),
        edge('cart', 'catalog', { rate: 1, errorShare: 0, p95Ms: 40 }),
      ),
    );
    expect(figures).toMatchObject({ rate: 4, errorShare: 0.375, p95Ms: 40, health: 'bad' });
  });
});

describe('what a line says', () => {
  it.each([
    [{ calls: 0 }, 'unseen', '', 'declared, no call seen yet'],
    [{ calls: 5, rate: 0 }, 'idle', '', 'no calls lately'],
    [{ rate: 24, p95Ms: 8 }, 'ok', '24/s · 8 ms', '24/s, 95 % within 8 ms, 0 % errors'],
    [{ rate: 6, p95Ms: 31, errorShare: 0.004 }, 'warn', '6/s · ▲ 0.4 %', '6/s, 95 % within 31 ms, 0.4 % errors'],
    [{ rate: 6, p95Ms: 31, errorShare: 0.12 }, 'bad', '▲ 12 % errors', '6/s, 95 % within 31 ms, 12 % errors'],
  ])('%o is %s', (parts, health, label, words) => {
    const figures = figuresOf(['a>b'], seen(edge('a', 'b', parts)));
    expect(figures.health).toBe(health);
    expect(lineLabel(figures, false)).toBe(label);
    expect(lineWords(figures)).toBe(words);
  });

  it('its width changes with the order of magnitude of the rate, not with every call', () => {
    expect(lineWidth(12)).toBe(lineWidth(80));
    expect(lineWidth(80)).toBeLessThan(lineWidth(120));
    expect(lineWidth(1e9)).toBe(lineWidth(1000));
    // About a border it stays what it was; well below, it follows.
    expect(lineWidth(95, lineWidth(105))).toBe(lineWidth(105));
    expect(lineWidth(60, lineWidth(105))).toBe(lineWidth(60));
    expect(lineWidth(0, lineWidth(105))).toBe(lineWidth(0));
  });
});

describe('the way of a line', () => {
  const isInside = (x: number, y: number, node: Position): boolean =>
    x > node.x && x < node.x + nodeSize.width && y > node.y && y < node.y + nodeSize.height;

  it('crosses no node between its ends', () => {
    const column = fc.uniqueArray(fc.integer({ min: -6, max: 6 }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -700, max: 700 }),
        (columns, end) => {
          const nodes = columns.flatMap((rows, index) => rows.map((row) => ({ x: 300 + index * 300, y: row * 130 })));
          const { points } = routeEdge({ x: 200, y: 30 }, { x: 300 + columns.length * 300, y: end }, nodes);
          for (let i = 0; i < points.length; i += 2) {
            const [x, y] = [points[i] as number, points[i + 1] as number];
            for (const node of nodes) expect(isInside(x, y, node)).toBe(false);
          }
        },
      ),
    );
  });

  it('a line that leads back swings out on both sides', () => {
    const { points } = routeEdge({ x: 500, y: 0 }, { x: 0, y: 100 }, []);
    const xs = [...points].filter((_value, index) => index % 2 === 0);
    expect(Math.max(...xs)).toBeGreaterThan(500);
    expect(Math.min(...xs)).toBeLessThan(0);
  });

  it('a place on it is as far along as was asked for', () => {
    const route = routeEdge({ x: 0, y: 0 }, { x: 100, y: 0 }, []);
    expect(route.length).toBe(100);
    expect(placeOnRoute(route, 25)).toEqual({ x: 25, y: 0 });
    expect(placeOnRoute(route, 1000)).toEqual({ x: 100, y: 0 });
  });
});

describe('dots on lines', () => {
  const route = routeEdge({ x: 0, y: 0 }, { x: 400, y: 0 }, []);
  const lines = new Map([['a>b', { route, parts: ['a>b'] }]]);
  const run = (flow: DotFlow, ms: number, edges: ReadonlyMap<string, GraphEdge>): void => {
    for (let passed = 0; passed < ms; passed += 33) flow.advance(33, lines, edges);
  };

  it('more calls are more dots, but a thousand calls are no thousand dots', () => {
    expect(dotsPerSecond(0)).toBe(0);
    expect(dotsPerSecond(0.5)).toBe(0.5);
    expect(dotsPerSecond(10)).toBeGreaterThan(dotsPerSecond(1));
    expect(dotsPerSecond(1_000_000)).toBeLessThanOrEqual(4);
  });

  it('dots under way arrive, and none set out when the calls end', () => {
    const flow = new DotFlow();
    run(flow, 3000, seen(edge('a', 'b', { rate: 2 })));
    expect(flow.count).toBeGreaterThan(0);
    const quiet = seen(edge('a', 'b', { rate: 0 }));
    flow.advance(33, lines, quiet);
    expect(flow.count).toBeGreaterThan(0);
    run(flow, 6000, quiet);
    expect(flow.count).toBe(0);
  });

  it('only without calls and dots are no more pictures needed', () => {
    const flow = new DotFlow();
    flow.advance(33, lines, seen(edge('a', 'b', { rate: 0.01 })));
    // None is under way, but one will set out.
    expect(flow.isStill).toBe(false);
    const quiet = seen(edge('a', 'b', { rate: 0 }));
    run(flow, 6000, seen(edge('a', 'b', { rate: 2 })));
    flow.advance(33, lines, quiet);
    expect(flow.isStill).toBe(false);
    run(flow, 6000, quiet);
    expect(flow.isStill).toBe(true);
  });

  it('a rate that changes moves no dot', () => {
    const flow = new DotFlow();
    run(flow, 3000, seen(edge('a', 'b', { rate: 1 })));
    const places = (): number[] => {
      const xs: number[] = [];
      flow.each(({ x }) => xs.push(x));
      return xs;
    };
    const before = places();
    flow.advance(0, lines, seen(edge('a', 'b', { rate: 100 })));
    expect(places().slice(0, before.length)).toEqual(before);
  });
});
