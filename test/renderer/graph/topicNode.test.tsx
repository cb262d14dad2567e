import { create } from '@bufbuild/protobuf';
import { act, render, screen } from '@testing-library/react';
import { type NodeProps, ReactFlowProvider } from '@xyflow/react';
import { expect, it } from 'vitest';
import { EdgeInspector } from '../../../renderer/features/graph/EdgeInspector.tsx';
import { createPointingStore, PointingContext } from '../../../renderer/features/graph/graphStore.ts';
import { TopicNode } from '../../../renderer/features/graph/TopicNode.tsx';
import { applyGraph } from '../../../renderer/state/traffic.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';

function seen(rate: number): void {
  const graph = create(GraphResponseSchema, {
    nodes: [{ name: 'topic:placed', kind: Kind.TOPIC, calls: 12, rate }],
    edges: [{ from: 'orders', to: 'topic:placed', kind: 'publish', calls: 12, rate }],
  });
  act(() => applyGraph(graph, Date.now()));
}

it('a topic says its name, that it is one, and how many events it gets', () => {
  seen(0);
  const props = { id: 'topic:placed' } as NodeProps;
  const { container } = render(
    <ReactFlowProvider>
      <PointingContext value={createPointingStore()}>
        <TopicNode {...props} />
      </PointingContext>
    </ReactFlowProvider>,
  );
  expect(screen.getByRole('button', { name: 'topic placed' })).toBeTruthy();
  expect(container.textContent).toContain('12 events');
  seen(3);
  expect(container.textContent).toContain('3/s');
});

it('a line to a topic is about events: no errors, no durations, no calls', () => {
  seen(3);
  const { container } = render(<EdgeInspector edgeId="orders>topic:placed" />);
  expect(container.textContent).toContain('12 events');
  expect(container.textContent).toContain('orders to placed: 3/s events');
  for (const word of ['p95', 'Errors', 'Last calls', 'topic:']) expect(container.textContent).not.toContain(word);
});
