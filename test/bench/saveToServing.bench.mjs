import { setTimeout as delay } from 'node:timers/promises';
import { median } from './lib/median.mjs';
import { ensureReloaders } from './lib/peers.mjs';
import { contenders, saveAndWait, startContender } from './lib/reloaders.mjs';

/** Saves for each; MICRO_BENCH_SAVES chooses another number. */
const SAVES = Number(process.env.MICRO_BENCH_SAVES ?? 20);
/** Rest between two saves, ms: longer than what any of them waits for further changes. */
const REST_MS = 300;

export const title = 'From a save to the new code answering';
export const about = `A plain Node service that answers with its version, saved ${SAVES} times; until the new version answers (asked every 5 ms), median. The floor ends the process by hand, spawns it again and waits until it listens. Ours is asked through the gateway: \`restart\` with a fixed port, \`rolling\` with a second copy. Each with its defaults.`;

export async function run({ root, work, say }) {
  const packages = ensureReloaders(root, say);
  const medians = {};
  for (const name of Object.keys(contenders)) {
    const contender = await startContender(name, { root, work, packages });
    try {
      const times = [];
      for (let save = 1; save <= SAVES; save++) {
        times.push(await saveAndWait(contender, String(save)));
        await delay(REST_MS);
      }
      medians[name] = median(times);
      say(
        `${name}: median ${Math.round(medians[name])} ms, ${Math.round(Math.min(...times))} to ${Math.round(Math.max(...times))} ms`,
      );
    } finally {
      await contender.stop();
    }
  }
  const { floor, restart, rolling, ...peers } = medians;
  const against = (value, name) => ({ value, name });
  return [
    { metric: 'restart', value: restart, unit: 'ms', against: against(floor, 'floor') },
    { metric: 'rolling', value: rolling, unit: 'ms', against: against(floor, 'floor') },
    ...Object.entries(peers).map(([name, value]) => ({
      metric: `rolling`,
      value: rolling,
      unit: 'ms',
      against: against(value, name),
    })),
  ];
}
