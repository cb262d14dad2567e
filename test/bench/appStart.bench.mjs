import { join } from 'node:path';
import { electronArguments } from '../../build/lib/electronRuntime.mjs';
import { writeEmptyWindow } from './lib/emptyWindow.mjs';
import { median } from './lib/median.mjs';
import { timeUntil } from './lib/pageProbe.mjs';

export const title = 'Start of the app';
export const about =
  'From the start of the process until the page has drawn what the server said, the start of the server included, against an empty window of the same runtime. Median of 7 starts each in turn, after one that is not counted.';

const ROUNDS = 7;
/** First starts fill the disk cache and are not counted. */
const WARM_UP = 1;
/** The bar at the bottom names the server once the page has heard from it. */
const CONNECTED = '/proxy :\\d+/.test(document.body.innerText)';

export async function run({ root, electron, work, say }) {
  const empty = writeEmptyWindow(join(work, 'empty'));
  const floor = [];
  const app = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const emptyArgs = [...electronArguments(), `--user-data-dir=${join(work, `empty-${round}`)}`, empty];
    const a = await timeUntil(electron.executable, emptyArgs, {}, "document.body.innerText === 'empty'");
    await a.end();
    const env = {
      MICRO_HOME: join(work, `home-${round}`),
      MICRO_NODE: process.execPath,
      MICRO_GATEWAY_PORT: '0',
      MICRO_PROXY_PORT: '0',
    };
    const b = await timeUntil(electron.executable, [...electronArguments(), root], env, CONNECTED);
    await b.end();
    if (round < WARM_UP) continue;
    floor.push(a.ms);
    app.push(b.ms);
    say(`round ${round}: empty window ${Math.round(a.ms)} ms, app ${Math.round(b.ms)} ms`);
  }
  return [
    {
      metric: 'start to usable',
      value: median(app),
      unit: 'ms',
      against: { value: median(floor), name: 'empty window' },
    },
  ];
}
