import { setTimeout as delay } from 'node:timers/promises';
import { median } from './lib/median.mjs';
import { ensureReloaders } from './lib/peers.mjs';
import { contenders, saveAndWait, startContender } from './lib/reloaders.mjs';

/** Saves for each; MICRO_BENCH_SAVES chooses another number. */
const SAVES = Number(process.env.MICRO_BENCH_SAVES ?? 20);
/** Rest between two saves, ms: longer than what any of them waits for further changes. */
const REST_MS = 300;

export const title = 'From a save to the new code answering';
export const about = `A plain Node service that answers with its version, saved ${SAVES} times, all of them in turn; until the new version answers (asked every 5 ms), median. The floor ends the process by hand, spawns it again and waits until it listens. Ours is asked through the gateway: \`restart\` with a fixed port, \`rolling\` with a second copy. Each with its defaults.`;

export async function run({ root, work, say }) {
  const packages = ensureReloaders(root, say);
  const started = new Map();
  const times = new Map();
  try {
    for (const name of Object.keys(contenders)) {
      started.set(name, await startContender(name, { root, work, packages }));
      times.set(name, []);
    }
    // In turn: what else the machine does meets all of them alike.
    for (let save = 1; save <= SAVES; save++) {
      for (const [name, contender] of started) {
        times.get(name).push(await saveAndWait(contender, String(save)));
        await delay(REST_MS);
      }
    }
  } finally {
    for (const contender of started.values()) await contender.stop();
  }
  const medians = {};
  for (const [name, all] of times) {
    medians[name] = median(all);
    say(
      `${name}: median ${Math.round(medians[name])} ms, ${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))} ms`,
    );
  }
  const longest = (name) => Math.max(...times.get(name));
  const { floor, restart, rolling, ...peers } = medians;
  const against = (value, name) => ({ value, name });
  return [
    { metric: 'restart', value: restart, unit: 'ms', against: against(floor, 'floor') },
    { metric: 'rolling', value: rolling, unit: 'ms', against: against(floor, 'floor') },
    {
      metric: 'restart, longest',
      value: longest('restart'),
      unit: 'ms',
      against: against(longest('floor'), 'floor, longest'),
    },
    {
      metric: 'rolling, longest',
      value: longest('rolling'),
      unit: 'ms',
      against: against(longest('floor'), 'floor, longest'),
    },
    ...Object.entries(peers).map(([name, value]) => ({
      metric: `rolling`,
      value: rolling,
      unit: 'ms',
      against: against(value, name),
    })),
  ];
}
