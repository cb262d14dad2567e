import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { observedGraph } from '../../../electron/server/api/rpc/observedGraph.ts';
import { OUTSIDE } from '../../../electron/server/traffic/call.ts';
import { CallStats } from '../../../electron/server/traffic/callStats.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind, Status } from '../../../shared/contract/gen/state_pb.ts';
import { aCall } from '../../helpers/aCall.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

const declared = create(GraphResponseSchema, {
  nodes: ['web', 'cart', 'mail'].map((name) => ({ name, kind: Kind.SERVICE, status: Status.RUNNING })),
  edges: [
    { from: 'web', to: 'cart', kind: 'call', declared: true },
    { from: 'web', to: 'mail', kind: 'call', declared: true },
  ],
});

it('what was seen is put on what was declared, and beside it', () => {
  const stats = new CallStats(new FakeClock());
  stats.add(aCall({ from: 'web', to: 'cart', durationMs: 8 }));
  stats.add(aCall({ from: 'web', to: 'cart', status: 500 }));
  stats.add(aCall({ from: 'cart', to: 'mail' }));
  stats.add(aCall({ from: OUTSIDE, to: 'web' }));
  stats.add(aCall({ from: 'web', to: 'closed' }));
  stats.add(aCall({ from: 'closed', to: 'web' }));
  const { nodes, edges } = observedGraph(declared, stats, 60_000);
  expect(edges.map(({ from, to, declared, calls, errors }) => [from, to, declared, calls, errors])).toEqual([
    ['web', 'cart', true, 2, 1],
    ['web', 'mail', true, 0, 0],
    ['cart', 'mail', false, 1, 0],
    [OUTSIDE, 'web', false, 1, 0],
  ]);
  expect(nodes.map(({ name, kind, calls }) => [name, kind, calls])).toEqual([
    ['web', Kind.SERVICE, 2],
    ['cart', Kind.SERVICE, 2],
    ['mail', Kind.SERVICE, 1],
    [OUTSIDE, Kind.UNSPECIFIED, 0],
  ]);
});

it('micro itself is on it where services call it, and as itself', () => {
  const stats = new CallStats(new FakeClock());
  stats.add(aCall({ from: 'cart', to: 'store' }));
  stats.add(aCall({ from: 'cart', to: 'nobody' }));
  const { nodes, edges } = observedGraph(declared, stats, 60_000, { isCore: (name) => name === 'store' });
  expect(nodes.map(({ name, kind, calls }) => [name, kind, calls]).at(-1)).toEqual(['store', Kind.CORE, 1]);
  expect(edges.filter(({ calls }) => calls > 0).map(({ from, to }) => [from, to])).toEqual([['cart', 'store']]);
});
