import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind, SnapshotSchema, Status, WatchResponseSchema } from '../../../shared/contract/gen/state_pb.ts';
import { Traffic } from '../../../shared/contract/gen/traffic_pb.ts';

/** Services in one column of the graph. */
const COLUMN = 15;

/** A server of the contract that runs no services: it tells of a graph, and of figures that change all the time. */
export interface GraphServer {
  /** Graphs that were sent. */
  sent(): number;
  stop(): Promise<void>;
}

/** Numbers that are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function edgesOf(nodes: number, count: number): [number, number][] {
  const next = numbers(7);
  const seen = new Set<string>();
  const edges: [number, number][] = [];
  while (edges.length < count) {
    const from = Math.floor(next() * (nodes - COLUMN));
    // Most calls go to the next columns, as in a system that has grown.
    const to = (Math.floor(from / COLUMN) + 1) * COLUMN + Math.floor(next() * COLUMN * (next() < 0.8 ? 1 : 3));
    const key = `${from} ${to}`;
    if (to >= nodes || seen.has(key)) continue;
    seen.add(key);
    edges.push([from, to]);
  }
  return edges;
}

/** Starts one with so many nodes and edges, all of whose figures change every `periodMs`; writes server.json into `home`. */
export async function startGraphServer(
  home: string,
  { nodes, edges, periodMs }: { nodes: number; edges: number; periodMs: number },
): Promise<GraphServer> {
  const token = 'token-of-the-measurement';
  const name = (index: number): string => `service-${String(index).padStart(3, '0')}`;
  const pairs = edgesOf(nodes, edges);
  const next = numbers(11);
  // Every number is another one each time, by as much as rates of a minute change from one second to the next.
  const about = (value: number): number => value * (0.9 + next() * 0.2);
  const levels = Array.from({ length: nodes + edges }, () => ({
    rate: 10 ** (next() * 2.2 - 0.2),
    errorShare: next() < 0.1 ? next() * 0.2 : 0,
    p95Ms: 20 + next() * 80,
  }));
  let calls = 1000;
  const figures = (
    index: number,
  ): { calls: number; rate: number; errorShare: number; p50Ms: number; p95Ms: number } => {
    const level = levels[index] as (typeof levels)[number];
    calls += 1;
    return {
      calls,
      rate: about(level.rate),
      errorShare: about(level.errorShare),
      p50Ms: about(level.p95Ms / 4),
      p95Ms: about(level.p95Ms),
    };
  };
  let sent = 0;
  let stopped = false;

  const adapter = connectNodeAdapter({
    routes: (router) => {
      router.service(Desktop, {
        async *watch(_request, { signal }) {
          yield create(WatchResponseSchema, {
            event: {
              case: 'snapshot',
              value: create(SnapshotSchema, {
                server: { version: '0.0.0', pid: process.pid, startedAt: Date.now(), home },
                projects: [{ name: 'drawn', folder: '/drawn', openedAt: Date.now() }],
                services: Array.from({ length: nodes }, (_, index) => ({
                  name: name(index),
                  project: 'drawn',
                  kind: Kind.SERVICE,
                  status: Status.RUNNING,
                  language: 'js',
                  folder: `/drawn/${name(index)}`,
                  wanted: true,
                  instances: [
                    { id: name(index), pid: 2, address: `127.0.0.1:${20_000 + index}`, status: Status.RUNNING },
                  ],
                  dependsOn: pairs
                    .filter(([from]) => from === index)
                    .map(([, to]) => ({ service: name(to), condition: 'ready' })),
                })),
              }),
            },
          });
          while (!signal.aborted && !stopped) await delay(1000, undefined, { signal }).catch(() => {});
        },
      });
      router.service(Traffic, {
        async *watchGraph(_request, { signal }) {
          while (!signal.aborted && !stopped) {
            sent += 1;
            yield create(GraphResponseSchema, {
              nodes: Array.from({ length: nodes }, (_, index) => ({ name: name(index), ...figures(index) })),
              edges: pairs.map(([from, to], index) => ({
                from: name(from),
                to: name(to),
                kind: 'call',
                declared: true,
                ...figures(nodes + index),
              })),
            });
            await delay(periodMs, undefined, { signal }).catch(() => {});
          }
        },
      });
    },
  });
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', 'app://micro');
    response.setHeader('access-control-allow-headers', '*, authorization');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (request.headers.authorization !== `Bearer ${token}`) response.writeHead(401).end();
    else adapter(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self = await createProcessTable().get(process.pid);
  mkdirSync(home, { recursive: true });
  const file = {
    pid: process.pid,
    startTime: self?.startTime ?? '',
    version: '0.0.0',
    gateway: 'http://127.0.0.1:1',
    proxy: `http://127.0.0.1:${port}`,
    token,
  };
  writeFileSync(join(home, 'server.json'), JSON.stringify(file), { mode: 0o600 });
  return {
    sent: () => sent,
    stop: async () => {
      stopped = true;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
