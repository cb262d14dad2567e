import { create } from '@bufbuild/protobuf';
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { CallsTab } from '../../../renderer/features/inspector/CallsTab.tsx';
import { edgeKey, trafficStore } from '../../../renderer/state/traffic.ts';
import { GraphEdgeSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { renderPage } from '../../helpers/renderer/renderPage.tsx';
import { makeService } from '../../helpers/renderer/services.ts';

vi.mock('../../../renderer/state/calls.ts', () => ({
  useLiveCalls: () => ({ calls: [], loaded: true, error: undefined, waiting: 0 }),
}));

afterEach(() => {
  cleanup();
  trafficStore.setState(trafficStore.getInitialState(), true);
});

it('names a topic as such, without a duration that events do not have', () => {
  const edges = [
    create(GraphEdgeSchema, { from: 'orders', to: 'cart', kind: 'call', calls: 5, rate: 1, p95Ms: 60 }),
    create(GraphEdgeSchema, { from: 'orders', to: 'topic:orders.placed', kind: 'publish', calls: 5, rate: 1 }),
  ];
  trafficStore.setState({ edges: new Map(edges.map((edge) => [edgeKey(edge.from, edge.to), edge])) });
  renderPage(<CallsTab service={makeService({ name: 'orders' })} onSelect={() => {}} />);
  expect(screen.getByRole('button', { name: /^cart/ }).textContent).toBe('cart 1/s · p95 60 ms');
  expect(screen.getByRole('button', { name: /^orders\.placed/ }).textContent).toBe('orders.placed topic 1/s');
});
