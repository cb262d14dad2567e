import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { electronArguments } from '../../build/lib/electronRuntime.mjs';
import { writeEmptyWindow } from './lib/emptyWindow.mjs';
import { timeUntil } from './lib/pageProbe.mjs';
import { costOfTree } from './lib/processCost.mjs';

export const title = 'The app at rest';
export const about =
  'The app with its window open and nothing to do, its server included, against an empty window of the same runtime: memory (PSS of all processes) after 20 s, and CPU over the 20 s that follow, of one core.';

/** Until caches are filled and timers of the start have run out, ms. */
const SETTLE_MS = 20_000;
const WATCHED_MS = 20_000;
/** The bar at the bottom names the server once the page has heard from it. */
const CONNECTED = '/proxy :\\d+/.test(document.body.innerText)';

export async function run({ root, electron, work }) {
  const empty = writeEmptyWindow(join(work, 'empty'));
  const floor = await atRest(
    await timeUntil(
      electron.executable,
      [...electronArguments(), `--user-data-dir=${join(work, 'data')}`, empty],
      {},
      "document.body.innerText === 'empty'",
    ),
  );
  const env = {
    MICRO_HOME: join(work, 'home'),
    MICRO_NODE: process.execPath,
    MICRO_GATEWAY_PORT: '0',
    MICRO_PROXY_PORT: '0',
  };
  const app = await atRest(await timeUntil(electron.executable, [...electronArguments(), root], env, CONNECTED));
  const against = (value) => ({ against: { value, name: 'empty window' } });
  return [
    { metric: 'memory', value: app.memoryMb, unit: 'MB', ...against(floor.memoryMb) },
    { metric: 'CPU', value: app.cpuPercent, unit: '%', ...against(floor.cpuPercent) },
  ];
}

async function atRest({ pid, end }) {
  try {
    await delay(SETTLE_MS);
    const before = costOfTree(pid);
    await delay(WATCHED_MS);
    const after = costOfTree(pid);
    return { memoryMb: after.memoryMb, cpuPercent: ((after.cpuMs - before.cpuMs) / WATCHED_MS) * 100 };
  } finally {
    await end();
  }
}
