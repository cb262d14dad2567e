import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { benchLine } from './lib/logHome.mjs';
import { startMicroServer } from './lib/microServer.mjs';
import { LOG_TAKERS, runCat, runConcurrently, runMprocs, runPm2 } from './lib/logTakers.mjs';
import { ensurePackages } from './lib/peers.mjs';
import { costOf } from './lib/processCost.mjs';

/** Lines in all, shared among the services; MICRO_BENCH_LINES makes it shorter for a try. */
const LINES = Number(process.env.MICRO_BENCH_LINES ?? 2_000_000);
const COUNTS = [1, 10, 50];
const POLL_MS = 25;
const TIMEOUT_MS = 300_000;

export const title = 'Taking in the output of chatty services';
export const about = `1, 10 and 50 services print ${LINES.toLocaleString('en')} lines of 75 bytes in all, as fast as they can; from the start until every line is on disk, with the CPU time of the program that takes them in. The floor is \`cat\` through a pipe into a file, one for each service. Every line is counted afterwards; lines lost are said. Peers are fetched from npm for this; what cannot be fetched is left out. concurrently writes one file of all, with its prefixes; a line that another program's output cuts in two is told as torn. pm2 drops what it has not written yet when a program ends. mprocs also draws a terminal, and its CPU time has the programs in it.`;

export async function run({ root, work, say }) {
  const rows = [];
  const packages = installed(root, say);
  const peers =
    packages === undefined ? [] : Object.entries({ concurrently: runConcurrently, pm2: runPm2, mprocs: runMprocs });
  for (const count of COUNTS) {
    const folder = join(work, `${count}`);
    mkdirSync(folder, { recursive: true });
    const each = Math.floor(LINES / count);
    writeFileSync(join(folder, 'lines.txt'), linesOf(each));
    const expected = each * count;
    const floor = await runCat(folder, count);
    const ours = await runMicro(root, folder, count, expected);
    const results = [['cat > file', floor]];
    for (const [name, take] of peers) {
      try {
        results.push([name, await take(packages, folder, count, expected)]);
      } catch (error) {
        say(`${count} services, ${name}: ${error.message}`);
      }
    }
    const services = count === 1 ? '1 service' : `${count} services`;
    for (const [name, result] of results) {
      const loss = expected - result.lines;
      say(`${services}, ${name}: ${Math.round(result.ms)} ms, ${result.cpuS.toFixed(2)} s CPU, ${loss} lines lost`);
      const lost = loss > 0 ? [`${loss.toLocaleString('en')} lines lost`] : [];
      const note = [name, ...lost, ...(result.note ? [result.note] : [])].join(', ');
      rows.push({
        metric: `${services}: lines on disk per second`,
        value: ours.lines / (ours.ms / 1000),
        unit: '/s',
        against: { value: result.lines / (result.ms / 1000), name: note },
      });
      rows.push({
        metric: `${services}: CPU per million lines`,
        value: (ours.cpuS / ours.lines) * 1e6,
        unit: 's',
        against: { value: (result.cpuS / Math.max(1, result.lines)) * 1e6, name },
      });
    }
    rows.push({ metric: `${services}: lines lost`, value: expected - ours.lines, unit: '' });
    rows.push({ metric: `${services}: memory of the server, most`, value: ours.megabytes, unit: 'MB' });
    say(
      `${services}, micro: ${Math.round(ours.ms)} ms, ${ours.cpuS.toFixed(2)} s CPU, ${expected - ours.lines} lines lost, ${Math.round(ours.megabytes)} MB`,
    );
  }
  return rows;
}

function linesOf(count) {
  const parts = [];
  for (let number = 0; number < count; number++) parts.push(benchLine(number));
  return parts.join('');
}

/** The folder of the peers' packages; undefined when they cannot be had. */
function installed(root, say) {
  try {
    return ensurePackages(root, 'log-takers', LOG_TAKERS, say);
  } catch (error) {
    say(`${error.message}; they are left out`);
    return undefined;
  }
}

async function runMicro(root, folder, count, expected) {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const names = Array.from({ length: count }, (_, i) => `s${i}`);
  writeFileSync(
    join(folder, 'micro.yaml'),
    `name: ingest\nservices:\n${names.map((name) => `  ${name}: { run: cat lines.txt, kind: task }\n`).join('')}`,
  );
  const server = await startMicroServer(root, home);
  let megabytes = 0;
  try {
    const { token, proxy } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
    const call = async (method, body) => {
      const response = await fetch(`${proxy.replace(/^(?!http)/, 'http://')}/desktop.Desktop/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${method}: ${await response.text()}`);
      return response.json();
    };
    const cpuBefore = costOf(server.child.pid).cpuMs;
    const startedAt = performance.now();
    await call('OpenProject', { folder, start: true });
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      megabytes = Math.max(megabytes, costOf(server.child.pid).memoryMb);
      const { services } = await call('Status', {});
      // A run has ended for the status once its log is on disk.
      if (services.length === count && services.every(({ status }) => isDone(status))) break;
      if (Date.now() > deadline) throw new Error('the services did not end');
      await delay(POLL_MS);
    }
    const ms = performance.now() - startedAt;
    const cpuS = (costOf(server.child.pid).cpuMs - cpuBefore) / 1000;
    const lines = await countStored(root, home);
    if (lines > expected) throw new Error(`${lines} lines stored of ${expected}`);
    return { ms, cpuS, lines, megabytes };
  } finally {
    await server.stop();
  }
}

const isDone = (status) => status === 'STATUS_STOPPED' || status === 'STATUS_ERROR';

/** Lines of output in the store, as the command line counts them. */
async function countStored(root, home) {
  const words = [join(root, 'dist/node/cli.mjs'), 'logs', '--home', home, '--count', '--stream', 'stdout'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`micro logs: ${stderr}`);
  return Number(stdout.trim());
}
