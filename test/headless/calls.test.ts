import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { waitFor } from '../helpers/waitFor.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

let home: string;
let server: RunningServer;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'micro-call-'));
  await cp(shop, join(home, 'shop'), { recursive: true });
  server = await startServer(join(home, 'micro'), ['--project', join(home, 'shop')]);
  await waitFor('the cart answers', async () => (await fetch(`${server.gateway}/cart/healthz`)).status === 200);
});

// One server for all: what one test does is no matter to the others.
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

const micro = (...words: string[]) => microProcess(words, { home: join(home, 'micro') });

it('call prints the answer, indented when it is JSON, and nothing else on stdout; stream as it comes', async () => {
  const result = await micro('call', 'catalog', '/products');
  expect([result.code, result.err]).toEqual([0, '']);
  expect(result.out).toContain('\n    "id": ');
  expect(result.json<unknown[]>().length).toBeGreaterThan(2);
  const streamed = await micro('stream', 'catalog', '/products');
  expect([streamed.code, JSON.parse(streamed.out)]).toEqual([0, result.json()]);
});

it('call --json tells the whole of it, and its trace is there', async () => {
  const { traceId, status, body } = (
    await micro('call', 'cart', '/', '{"visitor":"me","product":"nothing"}', '-i', '--json')
  ).json<{ traceId: string; status: number; body: unknown }>();
  expect([status, typeof body]).toEqual([404, 'object']);
  const trace = await waitFor('the trace is kept', async () => {
    const found = await micro('trace', traceId, '--json');
    return found.code === 0 && found.json<{ spans: { service: string; from: string }[] }>();
  });
  expect(trace.spans[0]).toMatchObject({ service: 'cart', from: 'outside' });
});

it('a call that fails ends with 1 and says how', async () => {
  const result = await micro('call', 'catalog', '/nothing');
  expect(result).toMatchObject({ code: 1 });
  expect(result.err).toMatch(/^404 Not Found {2}.* trace [0-9a-f]{12}\n$/);
  expect(await micro('call', 'catalgo', '/')).toMatchObject({
    code: 4,
    err: expect.stringContaining('did you mean "catalog"?') as string,
  });
  expect(await micro('call', 'catalog', '/', '-H', 'nonsense')).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not a header') as string,
  });
});

it('the name of a service is a verb: its endpoints in the help, one called with fields as options', async () => {
  await waitFor('traffic shows what the catalog offers', async () =>
    (await micro('catalog', '--help')).out.includes('GET /products'),
  );
  expect((await micro('catalog', 'GET', '/products')).json<unknown[]>().length).toBeGreaterThan(2);
  const help = (await micro('catalog', '--help', '--json')).json<{ endpoints: { name: string; source: string }[] }>();
  expect(help.endpoints).toContainEqual(expect.objectContaining({ name: 'GET /products', source: 'traffic' }));
  expect(await micro('catalog', 'Nothing.Here')).toMatchObject({
    code: 4,
    err: expect.stringContaining('see what it offers: micro catalog --help') as string,
  });
  // Help about what is not there is no help about everything.
  expect((await micro('catalog', 'Nothing.Here', '--help')).code).toBe(4);
  // A path that has one method only is enough.
  expect((await micro('catalog', 'products', '--help')).out).toContain('GET /products');
  expect((await micro('nobody')).code).toBe(2);
  expect(await micro('nobody', '--help')).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown command 'nobody'") as string,
  });
});
