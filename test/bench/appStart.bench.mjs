import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronArguments } from '../../build/lib/electronRuntime.mjs';
import { writeEmptyWindow } from './lib/emptyWindow.mjs';
import { median } from './lib/median.mjs';
import { timeUntil } from './lib/pageProbe.mjs';

export const title = 'Start of the app';
export const about =
  'From the start of the process until the page has drawn what the server said, the start of the server included, against an empty window of the same runtime. Median of 7 starts each in turn, after one that is not counted. Cold: median of 3, before each of which the system forgets all that it has read from the disk.';

const ROUNDS = 7;
/** First starts fill the disk cache and are not counted. */
const WARM_UP = 1;
const COLD_ROUNDS = 3;
/** The bar at the bottom names the server once the page has heard from it. */
const CONNECTED = '/proxy :\\d+/.test(document.body.innerText)';

export async function run({ root, electron, work, say }) {
  const empty = writeEmptyWindow(join(work, 'empty'));
  let number = 0;
  /** One start of each, ms; `prepare` comes before either. */
  const startBoth = async (prepare = () => {}) => {
    number += 1;
    prepare();
    const emptyArgs = [...electronArguments(), `--user-data-dir=${join(work, `empty-${number}`)}`, empty];
    const a = await timeUntil(electron.executable, emptyArgs, {}, "document.body.innerText === 'empty'");
    await a.end();
    const env = {
      MICRO_HOME: join(work, `home-${number}`),
      MICRO_NODE: process.execPath,
      MICRO_GATEWAY_PORT: '0',
      MICRO_PROXY_PORT: '0',
    };
    prepare();
    const b = await timeUntil(electron.executable, [...electronArguments(), root], env, CONNECTED);
    await b.end();
    say(`empty window ${Math.round(a.ms)} ms, app ${Math.round(b.ms)} ms`);
    return { floor: a.ms, app: b.ms };
  };
  const row = (metric, rounds) => ({
    metric,
    value: median(rounds.map(({ app }) => app)),
    unit: 'ms',
    against: { value: median(rounds.map(({ floor }) => floor)), name: 'empty window' },
  });
  const warm = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const times = await startBoth();
    if (round >= WARM_UP) warm.push(times);
  }
  const rows = [row('start to usable', warm)];
  if (!canForget()) return rows;
  const cold = [];
  for (let round = 0; round < COLD_ROUNDS; round++) cold.push(await startBoth(forget));
  return [...rows, row('cold start to usable', cold)];
}

/** Whether the system can be told to forget what it has read from the disk; it takes root. */
function canForget() {
  return process.platform === 'linux' && process.getuid() === 0;
}

function forget() {
  execFileSync('sync');
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch (error) {
    // In a container root is not always root.
    throw new Error(`the caches cannot be dropped: ${error.message}`, { cause: error });
  }
}
