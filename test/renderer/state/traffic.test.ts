import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { applyGraph, edgeEnds, edgeKey, trafficStore } from '../../../renderer/state/traffic.ts';
import { type GraphResponse, GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';

function graph(rate: number, other = 1): GraphResponse {
  return create(GraphResponseSchema, {
    nodes: [
      { name: 'cart', calls: 10, rate },
      { name: 'idle', calls: 0 },
    ],
    edges: [
      { from: 'orders', to: 'cart', calls: 10, rate },
      { from: 'web', to: 'cart', calls: 4, rate: other },
    ],
  });
}

describe('what was seen of the calls', () => {
  it('what did not change stays the same object, so that it is not drawn again', () => {
    applyGraph(graph(1), 0);
    const before = trafficStore.getState();
    applyGraph(graph(1), 5_000);
    expect(trafficStore.getState().edges).toBe(before.edges);
    applyGraph(graph(2), 10_000);
    const after = trafficStore.getState();
    expect(after.edges).not.toBe(before.edges);
    expect(after.edges.get('web>cart')).toBe(before.edges.get('web>cart'));
    expect(after.edges.get('orders>cart')?.rate).toBe(2);
  });

  it('keeps a minute of rates of what was called, one a second', () => {
    for (let second = 0; second < 90; second++) {
      applyGraph(graph(second), 100_000 + second * 1000);
      // A faster stream adds no more.
      applyGraph(graph(second), 100_000 + second * 1000 + 200);
    }
    const { history } = trafficStore.getState();
    expect(history.get('cart')).toHaveLength(60);
    expect(history.get('cart')?.at(-1)).toBe(89);
    expect(history.has('idle')).toBe(false);
  });

  it('an edge is named by its ends', () => {
    expect(edgeEnds(edgeKey('orders', 'cart'))).toEqual({ from: 'orders', to: 'cart' });
    expect(edgeEnds('orders')).toBeUndefined();
  });
});
