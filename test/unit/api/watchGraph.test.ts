import { create } from '@bufbuild/protobuf';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { expect, it } from 'vitest';
import { trafficService } from '../../../electron/server/api/rpc/trafficService.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import type { RuntimeChange } from '../../../electron/server/runtime/runtime.ts';
import { RecentCalls } from '../../../electron/server/traffic/recentCalls.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Traffic } from '../../../shared/contract/gen/traffic_pb.ts';
import { waitFor } from '../../helpers/waitFor.ts';

it('a graph is put together again only when it can have changed, and told only when it has', async () => {
  const changes = new Emitter<RuntimeChange>();
  let looks = 0;
  let graphs = 0;
  let stamp = 'a';
  let name = 'web';
  const transport = createRouterTransport((router) =>
    trafficService(router, {
      calls: new RecentCalls(),
      seenMessages: () => Promise.reject(new Error('nobody asks for messages')),
      graph: () => {
        graphs++;
        return create(GraphResponseSchema, { nodes: [{ name }] });
      },
      graphStamp: () => {
        looks++;
        return stamp;
      },
      runtime: { onDidChange: changes.event },
      clock: systemClock,
    }),
  );
  const told: string[] = [];
  const end = new AbortController();
  const watching = (async () => {
    const stream = createClient(Traffic, transport).watchGraph({ periodMs: 100 }, { signal: end.signal });
    for await (const { nodes } of stream) told.push(nodes[0]?.name ?? '');
  })().catch(() => {});
  /** It was looked once more, from begin to end. */
  const look = async (): Promise<void> => {
    const seen = looks;
    await waitFor('two more looks', () => looks >= seen + 2);
  };
  await look();
  expect([graphs, told]).toEqual([1, ['web']]);
  stamp = 'b';
  await look();
  expect([graphs, told]).toEqual([2, ['web']]);
  [stamp, name] = ['c', 'cart'];
  await waitFor('the other graph', () => told.length === 2);
  expect([graphs, told]).toEqual([3, ['web', 'cart']]);
  // Where nothing happens, it is not even looked; when something does, it is looked at once.
  await waitFor('the rest', () => changes.hasListeners);
  const seen = looks;
  [stamp, name] = ['d', 'mail'];
  changes.fire({} as RuntimeChange);
  await waitFor('the graph after the rest', () => told.length === 3);
  expect(looks).toBeLessThanOrEqual(seen + 2);
  await waitFor('another rest', () => changes.hasListeners);
  end.abort();
  await watching;
  expect(changes.hasListeners).toBe(false);
});
