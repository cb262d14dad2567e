import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onPath } from '../../build/lib/display.mjs';
import { electronArguments } from '../../build/lib/electronRuntime.mjs';
import { writeEmptyWindow } from './lib/emptyWindow.mjs';
import { isIdleService, writeIdleProject } from './lib/idleProject.mjs';
import { timeUntil } from './lib/pageProbe.mjs';
import { allBelow, costOfTree } from './lib/processCost.mjs';

export const title = 'The app at rest';
export const about =
  'The app with its window open, its server included: with nothing open, and with a project of ten services that run and are asked nothing, whose own processes are not counted. Memory (PSS of all processes) after 30 s, and CPU over the 30 s that follow, of one core. Against an empty window of the same runtime, and against the same page in a tab of Chromium, with the same server beside it.';

/** Until caches are filled and timers of the start have run out, ms. */
const SETTLE_MS = 30_000;
const WATCHED_MS = 30_000;
const SERVICES = 10;
/** The bar at the bottom names the server once the page has heard from it. */
const CONNECTED = '/proxy :\\d+/.test(document.body.innerText)';
const ALL_RUN = `/\\b${SERVICES}\\b/.test(document.querySelector('footer')?.innerText ?? '')`;

export async function run({ root, electron, work, say }) {
  const empty = writeEmptyWindow(join(work, 'empty'));
  const project = writeIdleProject(join(work, 'project'), SERVICES);
  const envOf = (home) => ({
    MICRO_HOME: join(work, home),
    MICRO_NODE: process.execPath,
    MICRO_GATEWAY_PORT: '0',
    MICRO_PROXY_PORT: '0',
  });
  const emptyArgs = [...electronArguments(), `--user-data-dir=${join(work, 'data')}`, empty];
  const floor = await atRest(
    await timeUntil(electron.executable, emptyArgs, {}, "document.body.innerText === 'empty'"),
  );
  say(`empty window: ${shown(floor)}`);
  const app = await atRest(
    await timeUntil(electron.executable, [...electronArguments(), root], envOf('home'), CONNECTED),
  );
  say(`app: ${shown(app)}`);
  const withProject = [...electronArguments(), root, '--project', project];
  const busy = await atRest(
    await timeUntil(electron.executable, withProject, envOf('ten'), `${CONNECTED} && ${ALL_RUN}`),
  );
  say(`app with ${SERVICES} services: ${shown(busy)}`);
  const tab = await inTab({ root, home: join(work, 'tab'), data: join(work, 'chromium'), project });
  if (tab) say(`tab with ${SERVICES} services: ${shown(tab)}`);
  const rows = (what, found, other, name) => {
    const against = (value) => (other ? { against: { value, name } } : {});
    return [
      { metric: `memory, ${what}`, value: found.memoryMb, unit: 'MB', ...against(other?.memoryMb) },
      { metric: `CPU, ${what}`, value: found.cpuPercent, unit: '%', ...against(other?.cpuPercent) },
    ];
  };
  return [
    ...rows('nothing open', app, floor, 'empty window'),
    ...rows(`${SERVICES} idle services`, busy, floor, 'empty window'),
    ...(tab ? rows(`${SERVICES} idle services, beside a tab`, busy, tab, 'tab of Chromium and server') : []),
  ];
}

/** The same page in a browser; undefined where there is none. */
async function inTab({ root, home, data, project }) {
  const browser = onPath('chromium') ?? onPath('google-chrome');
  if (!browser) return undefined;
  const words = ['server', '--home', home, '--gateway', '0', '--proxy', '0', '--project', project, '--ui', '--json'];
  const server = spawn(process.execPath, [join(root, 'dist/node/server.cjs'), ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const link = await new Promise((resolve, reject) => {
      let text = '';
      server.stdout.on('data', (part) => {
        text += part;
        const line = text.split('\n').find((each) => each.includes('"ready"') && each.endsWith('}'));
        if (line) resolve(JSON.parse(line).ui);
      });
      server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
    });
    const args = ['--no-first-run', ...electronArguments(), `--user-data-dir=${data}`, link];
    const page = await timeUntil(browser, args, {}, `${CONNECTED} && ${ALL_RUN}`);
    return await atRest(page, [server.pid]);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

/** What a tree of processes, and those of `others`, costs at rest. Ends the first. */
async function atRest({ pid, end }, others = []) {
  try {
    await delay(SETTLE_MS);
    const before = costOf([pid, ...others]);
    await delay(WATCHED_MS);
    const after = costOf([pid, ...others]);
    return { memoryMb: after.memoryMb, cpuPercent: ((after.cpuMs - before.cpuMs) / WATCHED_MS) * 100 };
  } finally {
    await end();
  }
}

function costOf(pids) {
  const sum = { cpuMs: 0, memoryMb: 0 };
  for (const pid of pids) {
    const { cpuMs, memoryMb } = costOfTree(pid, allBelow(pid, isIdleService));
    sum.cpuMs += cpuMs;
    sum.memoryMb += memoryMb;
  }
  return sum;
}

const shown = ({ memoryMb, cpuPercent }) => `${Math.round(memoryMb)} MB, ${cpuPercent.toFixed(2)} %`;
