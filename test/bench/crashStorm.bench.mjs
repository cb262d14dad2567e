import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { microCaller } from './lib/callMicro.mjs';
import { startMicroServer } from './lib/microServer.mjs';
import { costOf } from './lib/processCost.mjs';

const SERVICES = 20;
/** MICRO_BENCH_SECONDS chooses another time. */
const SECONDS = Number(process.env.MICRO_BENCH_SECONDS ?? 60);

export const title = 'A storm of crashes';
export const about = `${SERVICES} services that write a line and end with 1 at once, restarted by the default rules, for ${SECONDS} s; against the same server with no service for as long. CPU is that of the server alone, of one core; memory is at the end.`;

export async function run({ root, work, say }) {
  const folder = join(work, 'storm');
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const service = { run: `sh -c 'echo it is broken; exit 1'`, port: 'none' };
  const manifest = { name: 'storm', services: Object.fromEntries(names.map((name) => [name, service])) };
  writeFileSync(join(folder, 'micro.yaml'), JSON.stringify(manifest));
  const idle = await measure(root, join(work, 'idle'), []);
  say(`idle: ${idle.cpu.toFixed(2)} % CPU, ${Math.round(idle.memoryMb)} MB`);
  const storm = await measure(root, join(work, 'home'), ['--project', folder]);
  say(
    `storm: ${storm.cpu.toFixed(2)} % CPU, ${Math.round(storm.memoryMb)} MB, ${storm.restarts} restarts, ${storm.given} given up`,
  );
  return [
    { metric: 'CPU of the server', value: storm.cpu, unit: '%', against: { value: idle.cpu, name: 'idle' } },
    {
      metric: 'memory of the server',
      value: storm.memoryMb,
      unit: 'MB',
      against: { value: idle.memoryMb, name: 'idle' },
    },
    { metric: 'restarts', value: storm.restarts, unit: '' },
    { metric: 'services said to keep crashing', value: storm.given, unit: `of ${SERVICES}` },
  ];
}

async function measure(root, home, words) {
  const server = await startMicroServer(root, home, words);
  try {
    const before = costOf(server.ready.pid);
    await delay(SECONDS * 1000);
    const after = costOf(server.ready.pid);
    const { services = [] } = await microCaller(home, server)('Status', {});
    return {
      cpu: (after.cpuMs - before.cpuMs) / (SECONDS * 10),
      memoryMb: after.memoryMb,
      restarts: services.reduce((sum, each) => sum + (each.restarts ?? 0), 0),
      given: services.filter(({ reason }) => reason?.startsWith('keeps crashing')).length,
    };
  } finally {
    await server.stop();
  }
}
