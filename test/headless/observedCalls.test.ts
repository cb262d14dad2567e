import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

interface Graph {
  nodes: { name: string; kind: string; status: string }[];
  edges: { from: string; to: string; declared: boolean; calls: number; errors: number; p50Ms: number; p95Ms: number }[];
}

let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = await tempFolder('observed');
  const project = join(home, 'shop');
  await cp(shop, project, { recursive: true });
  const manifest = join(project, 'micro.yaml');
  await writeFile(
    manifest,
    (await readFile(manifest, 'utf8')).replace('VISITS_PER_SECOND: "2"', 'VISITS_PER_SECOND: "20"'),
  );
  server = await startServer(join(home, 'micro'), ['--project', project]);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(words, { home: join(home, 'micro') });

const callsOf = async (from: string, to: string): Promise<Graph['edges'][number] | undefined> =>
  (await micro('graph', '--json')).json<Graph>().edges.find((edge) => edge.from === from && edge.to === to);

it('the graph counts what the load generator counted itself', async () => {
  await waitFor(
    'the shopper made 300 calls',
    async () => ((await callsOf('shopper', 'storefront'))?.calls ?? 0) >= 300,
  );
  await micro('stop', 'shopper');
  const { out } = await micro('logs', 'shopper', '--grep', 'totals to storefront', '-n', '1');
  const totals = JSON.parse(out.slice(out.indexOf('{'))) as { calls: number; errors: number };
  const edge = (await callsOf('shopper', 'storefront'))!;
  expect(Math.abs(edge.calls - totals.calls)).toBeLessThanOrEqual(totals.calls * 0.01);
  expect(Math.abs(edge.errors - totals.errors)).toBeLessThanOrEqual(Math.max(1, totals.calls * 0.01));
  expect(edge.declared).toBe(true);
  expect(edge.p95Ms).toBeGreaterThanOrEqual(edge.p50Ms);
  expect(edge.p50Ms).toBeGreaterThan(0);
});

it('each edge of the shop has two ends, and a call by hand comes from outside', async () => {
  await waitFor(
    'an order was paid and confirmed',
    async () => ((await callsOf('orders', 'mailer'))?.calls ?? 0) > 0,
    60_000,
  );
  await fetch(`${server.gateway}/catalog/products`);
  await waitFor('the call by hand is seen', async () => (await callsOf('outside', 'catalog'))?.calls === 1);
  const { edges } = (await micro('graph', '--json')).json<Graph>();
  const seen = edges.filter(({ calls }) => calls > 0).map(({ from, to }) => `${from} ${to}`);
  expect(seen).toEqual(
    expect.arrayContaining([
      'shopper storefront',
      'storefront catalog',
      'storefront cart',
      'storefront orders',
      'orders cart',
      'orders payments',
      'orders mailer',
    ]),
  );
  expect(seen.filter((edge) => edge.startsWith('outside'))).toEqual(['outside catalog']);
});
