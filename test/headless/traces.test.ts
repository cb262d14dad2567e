import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

interface Trace {
  traceId: string;
  service: string;
  name: string;
  spanCount: number;
  errors: number;
  services: string[];
  spans: { spanId: string; parentSpanId: string; service: string; name: string; from: string; source: string }[];
  logs: { service: string; text: string }[];
  logsFoundBy: string;
}

let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = await tempFolder('trace');
  await cp(shop, join(home, 'shop'), { recursive: true });
  server = await startServer(join(home, 'micro'), ['--project', join(home, 'shop')]);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(words, { home: join(home, 'micro') });

it('a request through the shop is one trace, with its log lines, also after the server was started anew', async () => {
  await waitFor('an order was made and confirmed', async () => {
    const { traces } = (await micro('trace', '--service', 'mailer', '--json')).json<{ traces: Trace[] }>();
    return traces.length > 0;
  });
  const found = (await micro('trace', '--service', 'mailer', '-n', '1', '--json')).json<{ traces: Trace[] }>()
    .traces[0]!;
  expect(found).toMatchObject({ service: 'storefront', name: 'POST /buy', errors: 0 });
  expect(found.services).toEqual(expect.arrayContaining(['storefront', 'orders', 'cart', 'payments', 'mailer']));

  const trace = (await micro('trace', found.traceId, '--logs', '--json')).json<Trace>();
  const first = trace.spans[0]!;
  expect(first).toMatchObject({ service: 'storefront', from: 'shopper', source: 'proxy', parentSpanId: '' });
  const orders = trace.spans.find(({ service }) => service === 'orders')!;
  expect(orders).toMatchObject({ from: 'storefront', parentSpanId: first.spanId });
  expect(
    trace.spans.filter(({ parentSpanId }) => parentSpanId === orders.spanId).map(({ service }) => service),
  ).toEqual(expect.arrayContaining(['cart', 'payments', 'mailer']));
  expect(trace.logsFoundBy).toBe('time');
  expect(trace.logs.some(({ service }) => service === 'mailer')).toBe(true);

  const text = (await micro('trace', found.traceId.slice(0, 12))).out;
  expect(text).toContain(found.traceId);
  expect((await micro('trace', '--service', 'nobody')).out).toContain('no trace matches');
  expect(text).toMatch(/ {2}orders {2}POST/);
  expect(text).toContain('━');

  await server.stop();
  server = await startServer(join(home, 'micro'));
  const again = (await micro('trace', found.traceId, '--json')).json<Trace>();
  expect(again.spans).toEqual(trace.spans);
});

it('a trace that is not kept, and an id that is none, are told apart', async () => {
  expect(await micro('trace', 'f'.repeat(32))).toMatchObject({
    code: 4,
    err: expect.stringContaining('there is no trace') as string,
  });
  expect(await micro('trace', 'nonsense')).toMatchObject({
    code: 2,
    err: expect.stringContaining('"nonsense" is not the id of a trace') as string,
  });
});
