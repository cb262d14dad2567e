import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GraphRequest, GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind, Status } from '../../../shared/contract/gen/state_pb.ts';
import { WatchUsageResponseSchema } from '../../../shared/contract/gen/usage_pb.ts';
import { FakeApi } from '../../helpers/fakes/fakeApi.ts';
import { runMicro } from '../../helpers/runMicro.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
let api: FakeApi;
let asked: GraphRequest[];
const micro = (...words: string[]) => runMicro(words, { home });

const graph = create(GraphResponseSchema, {
  nodes: [
    { name: 'web', kind: Kind.SERVICE, status: Status.RUNNING, calls: 7 },
    { name: 'end', kind: Kind.SERVICE, status: Status.ERROR, calls: 40, errors: 2, rate: 4.25, errorShare: 0.05 },
    { name: 'outside' },
  ],
  edges: [
    { from: 'web', to: 'end', kind: 'call', declared: true, calls: 40, errors: 2, p50Ms: 1.23456, p95Ms: 1520.2 },
    { from: 'outside', to: 'web', kind: 'call', calls: 1, p50Ms: 0.04, p95Ms: 0.04 },
    { from: 'end', to: 'web', kind: 'call', declared: true },
  ],
});

beforeEach(async () => {
  home = await tempFolder('cli-graph');
  asked = [];
  api = await FakeApi.start(home, {
    graph: (request) => {
      asked.push(request);
      return graph;
    },
    async *watchUsage() {
      await Promise.resolve();
      yield create(WatchUsageResponseSchema, {
        services: [{ service: 'web', memoryBytes: 64 * 1024 * 1024, processes: 2 }],
      });
    },
  });
});

afterEach(() => api.stop());

it('graph --json has the agreed shape and nothing else', async () => {
  const result = await micro('graph', '--json');
  expect(result.code).toBe(0);
  expect(result.json()).toEqual({
    nodes: [
      { name: 'web', kind: 'service', status: 'running' },
      { name: 'end', kind: 'service', status: 'error' },
      { name: 'outside', kind: 'outside', status: 'unknown' },
    ],
    edges: [
      {
        from: 'web',
        to: 'end',
        kind: 'call',
        declared: true,
        calls: 40,
        errors: 2,
        p50Ms: 1.235,
        p95Ms: 1520.2,
      },
      { from: 'outside', to: 'web', kind: 'call', declared: false, calls: 1, errors: 0, p50Ms: 0.04, p95Ms: 0.04 },
      { from: 'end', to: 'web', kind: 'call', declared: true, calls: 0, errors: 0, p50Ms: 0, p95Ms: 0 },
    ],
  });
  expect(asked[0]?.windowMs).toBe(0);
});

it('graph lists edges by name, and what was never called without a latency', async () => {
  const lines = (await micro('graph')).out.trim().split('\n');
  expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['FROM', 'TO', 'CALLS', 'ERRORS', 'P50', 'P95', 'DECLARED'],
    ['end', 'web', '0', '0', '-', '-', 'yes'],
    ['outside', 'web', '1', '0', '0.04 ms', '0.04 ms', 'no'],
    ['web', 'end', '40', '2', '1.2 ms', '1.52 s', 'yes'],
  ]);
});

it('graph --mermaid survives names that are words of Mermaid, and dots what was never called', async () => {
  expect((await micro('graph', '--mermaid')).out).toBe(`graph LR
  n0["web"]
  n1["end"]
  n2["outside"]
  n0 -->|"40 calls, 2 failed"| n1
  n2 -->|"1 call"| n0
  n1 -.-> n0
`);
});

it('topics stand under their names with a sign of their kind, and so do core services', async () => {
  const withTopic = create(GraphResponseSchema, {
    nodes: [
      { name: 'orders', kind: Kind.SERVICE },
      { name: 'topic:orders.placed', kind: Kind.TOPIC },
      { name: 'store', kind: Kind.CORE },
    ],
    edges: [
      { from: 'orders', to: 'topic:orders.placed', kind: 'publish', calls: 3 },
      { from: 'orders', to: 'store', kind: 'call', calls: 1, p50Ms: 1, p95Ms: 1 },
    ],
  });
  await api.stop();
  api = await FakeApi.start(home, { graph: () => withTopic });
  expect((await micro('graph', '--core', '--mermaid')).out).toBe(`graph LR
  n0["orders"]
  n1(["topic orders.placed"])
  n2[["store"]]
  n0 -.->|"3 events"| n1
  n0 -->|"1 call"| n2
`);
  const [, store, topic] = (await micro('graph', '--core')).out.trim().split('\n');
  expect(store).toMatch(/^orders +store +1 /);
  expect(topic).toMatch(/^orders +topic orders\.placed +3 /);
});

it('stats shows services over a window, without the callers from outside', async () => {
  const result = await micro('stats', '--window', '5m');
  expect(asked[0]?.windowMs).toBe(300_000);
  expect(
    result.out
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/)),
  ).toEqual([
    ['NAME', 'CALLS', 'ERRORS', 'RATE', 'FAILED', 'P50', 'P95', 'P99', 'MEMORY'],
    ['end', '40', '2', '4.3/s', '5.0 %', '0 ms', '0 ms', '0 ms', '-'],
    ['web', '7', '0', '-', '-', '-', '-', '-', '64 MB'],
  ]);
  expect((await micro('stats', 'web', '--json')).json()).toMatchObject({
    services: [{ name: 'web', calls: 7, lastAt: null, processes: 2 }],
  });
});

it('stats of a name that nobody has, or of a window that is none, says so', async () => {
  expect(await micro('stats', 'nobody')).toMatchObject({
    code: 4,
    err: expect.stringContaining('there is no service "nobody"') as string,
  });
  expect(await micro('stats', '--window', 'soon')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--window "soon" is not a span of time') as string,
  });
});

it('graph is printed in one form: JSON and a diagram at once are bad usage', async () => {
  expect(await micro('graph', '--json', '--mermaid')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--mermaid') as string,
  });
});
