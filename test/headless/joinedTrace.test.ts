import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const polyglot = fileURLToPath(new URL('../../examples/polyglot', import.meta.url));
const fixture = fileURLToPath(new URL('../fixtures/telemetryService.mjs', import.meta.url));

/** A program in Java is compiled when it starts, which takes its time on a busy machine. */
const READY_MS = 60_000;

interface SeenSpan {
  spanId: string;
  parentSpanId: string;
  service: string;
  name: string;
  kind: string;
  source: string;
  from: string;
  events: { name: string }[];
}

let home: string;
let server: RunningServer;
const micro = (...words: string[]) => microProcess(words, { home: join(home, 'micro') });

beforeEach(async () => {
  home = await tempFolder('joined');
  const project = join(home, 'bar');
  await mkdir(project);
  for (const name of ['menu', 'barista']) await cp(join(polyglot, name), join(project, name), { recursive: true });
  await writeFile(
    join(project, 'micro.yaml'),
    `name: bar
services:
  menu: { path: menu, run: python3 main.py }
  barista: { path: barista, run: java Main.java, dependsOn: [menu] }
  drinks: { run: '"${process.execPath}" "${fixture}"', dependsOn: [barista] }
`,
  );
  server = await startServer(join(home, 'micro'), ['--project', project]);
});

afterEach(() => server.stop());

it('services in Python and Java without any SDK, and one with OpenTelemetry’s exporter, are one trace', async () => {
  await waitFor(
    'the drinks are served',
    async () => (await fetch(`${server.gateway}/drinks/drink`)).status === 200,
    READY_MS,
  );
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const answer = await fetch(`${server.gateway}/drinks/drink`, { headers: { traceparent } });
  expect(await answer.text()).toContain('"drink": "tea"');
  const spans = await waitFor('all spans are there', async () => {
    const result = await micro('trace', traceId, '--json');
    const found = result.code === 0 ? result.json<{ spans: SeenSpan[] }>().spans : [];
    return found.length === 5 && found;
  });
  const chain = spans.map(({ service, name, source, from }) => [service, name, source, from]);
  expect(chain).toEqual([
    ['drinks', 'GET /drink', 'gateway', 'outside'],
    ['drinks', 'serve a drink', 'service', ''],
    ['drinks', 'ask the barista', 'service', ''],
    ['barista', 'GET /make', 'proxy', 'drinks'],
    ['menu', 'GET /drinks/tea', 'proxy', 'barista'],
  ]);
  for (let i = 1; i < spans.length; i++) expect(spans[i]?.parentSpanId).toBe(spans[i - 1]?.spanId);
  expect(spans[2]).toMatchObject({ kind: 'client', events: [{ name: 'answered' }] });
});
