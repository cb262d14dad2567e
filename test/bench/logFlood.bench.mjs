import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './lib/benchApp.mjs';
import { microCaller } from './lib/callMicro.mjs';
import { median } from './lib/median.mjs';
import { costOf } from './lib/processCost.mjs';
import { startQuietApp } from './lib/quietApp.mjs';
import { GRID, inputsOf, watchInputs } from './lib/readingAlong.mjs';

const SERVICES = 10;
const LINES_PER_SECOND = 10_000;
/** How long the services print; MICRO_BENCH_SECONDS makes it shorter for a try. */
const SECONDS = Number(process.env.MICRO_BENCH_SECONDS ?? 60);
/** Between two inputs, ms; no even part of a second, so that they fall anywhere between the frames and the batches. */
const INPUT_EVERY_MS = 173;
const SAMPLE_EVERY_MS = 500;
const ENDS_WITHIN_MS = 120_000;
/** What feels immediate, ms. */
const LIMIT_MS = 100;

export const title = `${SERVICES} services print ${LINES_PER_SECOND.toLocaleString('en')} lines a second each`;
export const about = `For ${SECONDS} seconds, with the window of the real app (asked over its debugging port, without a test driver) open on the logs page of all of them and following. Meanwhile somebody scrolls up, comes back to the end, moves the cursor, clicks rows and types into the search field; each input is timed in the page from the key or click to the next frame on the screen, the wait in the page's queue included. Every stored line is counted afterwards. The programs that print (Node, one each) run on the same machine.`;

/** A hundredth of a second's lines a hundred times a second; what a busy machine delays is made up for. */
const PROGRAM = `
const line = '2026-01-31T12:00:00.000Z INFO request ';
const began = performance.now();
let printed = 0;
const timer = setInterval(() => {
  const due = Math.min(${SECONDS * LINES_PER_SECOND}, Math.floor((performance.now() - began) * ${LINES_PER_SECOND / 1000}));
  let text = '';
  while (printed < due) text += line + printed++ + ' handled in ' + (printed % 97) + ' ms\\n';
  if (text !== '') process.stdout.write(text);
  if (printed >= ${SECONDS * LINES_PER_SECOND}) clearInterval(timer);
}, 10);
`;

export async function run({ root, electron, work, say }) {
  const home = join(work, 'home');
  const folder = join(work, 'project');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'flood.cjs'), PROGRAM);
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const services = names.map((name) => `  ${name}: { run: node flood.cjs, kind: task, start: manual, watch: false }\n`);
  writeFileSync(join(folder, 'micro.yaml'), `name: flood\nservices:\n${services.join('')}`);
  const app = await startQuietApp({ root, electron, home, folder });
  try {
    await app.resize(1280, 800);
    await app.until(`document.querySelector('nav[aria-label="Pages"]')`);
    const facts = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
    const server = { pid: facts.pid, ready: { proxy: `http://${String(facts.proxy).replace(/^https?:\/\//, '')}` } };
    const { pid } = server;
    await app.press('l', { code: 'KeyL', keyCode: 76, text: 'l' });
    await app.until(GRID);
    const call = microCaller(home, server);
    await watchInputs(app);
    say('printing');
    const before = costOf(pid);
    const startedAt = performance.now();
    const start = spawn(process.execPath, [join(root, 'dist/node/cli.mjs'), 'start', ...names, '--home', home], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const started = new Promise((resolve) => start.on('exit', resolve));
    const most = { server: 0, window: 0 };
    await app.until(`${GRID}.textContent.includes('handled in')`);
    const pagePid = app.pagePid();
    let lastSampleAt = 0;
    const inputs = inputsOf(app);
    for (let i = 0; performance.now() - startedAt < SECONDS * 1000; i++) {
      await inputs[i % inputs.length]();
      if (performance.now() - lastSampleAt > SAMPLE_EVERY_MS) {
        lastSampleAt = performance.now();
        most.server = Math.max(most.server, costOf(pid).memoryMb);
        most.window = Math.max(most.window, costOf(pagePid).memoryMb);
      }
      await delay(INPUT_EVERY_MS);
    }
    const latencies = (await app.evaluate('benchLatencies')).sort((a, b) => a - b);
    const cpuMs = costOf(pid).cpuMs - before.cpuMs;
    const elapsedMs = performance.now() - startedAt;
    await started;
    const deadline = Date.now() + ENDS_WITHIN_MS;
    for (;;) {
      const { services: states } = await call('Status', {});
      if (states.every(({ status }) => status === 'STATUS_STOPPED')) break;
      if (Date.now() > deadline) throw new Error('the services did not end');
      await delay(SAMPLE_EVERY_MS);
    }
    const stored = countStored(root, home);
    const heap = await app.evaluate('performance.memory.usedJSHeapSize / 2 ** 20');
    const limit = { value: LIMIT_MS, name: 'felt as immediate' };
    return [
      { metric: 'lines printed', value: SERVICES * SECONDS * LINES_PER_SECOND, unit: '' },
      { metric: 'lines lost', value: SERVICES * SECONDS * LINES_PER_SECOND - stored, unit: '' },
      { metric: 'inputs timed', value: latencies.length, unit: '' },
      { metric: 'input to frame, median', value: median(latencies), unit: 'ms', against: limit },
      {
        metric: 'input to frame, 95th percentile',
        value: percentile(latencies, 0.95),
        unit: 'ms',
        against: limit,
      },
      { metric: 'input to frame, longest', value: latencies.at(-1), unit: 'ms', against: limit },
      { metric: 'CPU of the server', value: (cpuMs / elapsedMs) * 100, unit: '% of one core' },
      { metric: 'memory of the server, most', value: most.server, unit: 'MB' },
      { metric: 'memory of the window, most', value: most.window, unit: 'MB' },
      { metric: 'heap of the page afterwards', value: heap, unit: 'MB' },
    ];
  } finally {
    await app.end();
  }
}

/** Lines of output in the store, as the command line counts them. */
function countStored(root, home) {
  const words = [join(root, 'dist/node/cli.mjs'), 'logs', '--home', home, '--count', '--stream', 'stdout'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`micro logs: ${stderr}`);
  return Number(stdout.trim());
}
