import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { observedGraph } from '../../../electron/server/api/rpc/observedGraph.ts';
import { TopicFlows } from '../../../electron/server/events/topicFlows.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

const published = (service: string, count: number) =>
  ({ topic: 'placed', service, direction: 'published', count }) as const;
const consumed = (service: string) => ({ topic: 'placed', service, direction: 'consumed', count: 1 }) as const;

it('events are counted by who published and who consumed, with a rate over the window', async () => {
  const clock = new FakeClock();
  const flows = new TopicFlows(clock);
  flows.add(published('orders', 20));
  await clock.advance(20_000);
  flows.add(published('orders', 10));
  flows.add(consumed('mail'));
  expect(flows.flows(0)).toMatchObject([
    { service: 'orders', direction: 'published', count: 30, rate: 1.5, lastAt: clock.now() },
    { service: 'mail', direction: 'consumed', count: 1, rate: 1 },
  ]);
  await clock.advance(100_000);
  expect(flows.flows(60_000)).toMatchObject([
    { count: 30, rate: 0 },
    { count: 1, rate: 0 },
  ]);
});

it('topics stand on the graph between services, and nobody who only looks on', () => {
  const clock = new FakeClock();
  const flows = new TopicFlows(clock);
  for (const flow of [published('orders', 2), published('', 1), consumed('mail'), consumed(''), consumed('gone')])
    flows.add(flow);
  const declared = create(GraphResponseSchema, { nodes: [{ name: 'orders' }, { name: 'mail' }] });
  const noCalls = { byEdge: () => [], byService: () => new Map() };
  const { nodes, edges } = observedGraph(declared, noCalls, 0, { flows: flows.flows(0) });
  expect(nodes.map(({ name, kind, calls }) => [name, kind, calls])).toEqual([
    ['orders', Kind.UNSPECIFIED, 0],
    ['mail', Kind.UNSPECIFIED, 0],
    ['topic:placed', Kind.TOPIC, 3],
    ['outside', Kind.UNSPECIFIED, 0],
  ]);
  expect(edges.map(({ from, to, kind, calls }) => [from, kind, to, calls])).toEqual([
    ['orders', 'publish', 'topic:placed', 2],
    ['outside', 'publish', 'topic:placed', 1],
    ['topic:placed', 'consume', 'mail', 1],
  ]);
});

it('the stamp stays the same exactly as long as the figures do', async () => {
  const clock = new FakeClock();
  const flows = new TopicFlows(clock);
  const still = flows.stamp(0);
  await clock.advance(5000);
  expect(flows.stamp(0)).toBe(still);
  flows.add(published('orders', 20));
  const { stamp, figures } = { stamp: flows.stamp(60_000), figures: flows.flows(60_000) };
  await clock.advance(5000);
  expect(flows.flows(60_000)).not.toEqual(figures);
  expect(flows.stamp(60_000)).not.toBe(stamp);
  await clock.advance(80_000);
  const gone = { stamp: flows.stamp(60_000), figures: flows.flows(60_000) };
  await clock.advance(5000);
  expect([flows.stamp(60_000), flows.flows(60_000)]).toEqual([gone.stamp, gone.figures]);
});
