import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureReloaders } from './lib/peers.mjs';
import { ask, contenders, saveAndWait, startContender } from './lib/reloaders.mjs';

/** Saves for each; MICRO_BENCH_SAVES chooses another number. */
const SAVES = Number(process.env.MICRO_BENCH_SAVES ?? 50);
/** Clients, each with a connection of its own. */
const CLIENTS = 4;
/** Rest of a client between two requests, ms: a steady load, whether requests are answered or refused at once. */
const PACE_MS = 10;

export const title = 'Failed requests while files are saved';
export const about = `${SAVES} saves, each once the one before is served, while ${CLIENTS} clients ask every ${PACE_MS} ms on connections that are kept open. A request fails when it is refused, reset, or answered with anything but 200.`;

export async function run({ root, work, say }) {
  const packages = ensureReloaders(root, say);
  const results = {};
  for (const name of Object.keys(contenders)) {
    const contender = await startContender(name, { root, work, packages });
    let failed = 0;
    let answered = 0;
    let ended = false;
    const client = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!ended) {
        if ((await ask(contender.url, agent)) === undefined) failed++;
        else answered++;
        await delay(PACE_MS);
      }
      agent.destroy();
    };
    const clients = Array.from({ length: CLIENTS }, client);
    try {
      for (let save = 1; save <= SAVES; save++) await saveAndWait(contender, String(save));
    } finally {
      ended = true;
      await Promise.all(clients);
      await contender.stop();
    }
    results[name] = failed;
    say(`${name}: ${failed} failed, ${answered} answered`);
  }
  const { floor, restart, rolling, ...peers } = results;
  const rows = Object.entries({ 'kill and spawn': floor, ...peers });
  return ['restart', 'rolling'].flatMap((how) =>
    rows.map(([name, value]) => ({
      metric: `${how}, failed requests`,
      value: results[how],
      unit: '',
      against: { value, name },
    })),
  );
}
