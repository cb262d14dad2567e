import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { microCaller } from './lib/callMicro.mjs';
import { startMicroServer } from './lib/microServer.mjs';
import { ensureReloaders } from './lib/peers.mjs';
import { costOf } from './lib/processCost.mjs';
import { freePort, program, saveAndWait, waitServed } from './lib/reloaders.mjs';

const FOLDERS = 400;
const FILES = 20_000;
/** Time in which nothing changes, for the cost of watching alone, s. */
const REST_SECONDS = 10;
const POLL_MS = 10;

export const title = 'Watching a large tree';
export const about = `A service in a folder of ${FILES} files in ${FOLDERS} folders. Until everything is watched (ours: the state says so; nodemon: it says so), CPU of the watching process until then and over ${REST_SECONDS} s without a change, memory, and a save until its answer. Ours is the whole server.`;

export async function run({ root, work, say }) {
  const packages = ensureReloaders(root, say);
  const folder = join(work, 'tree');
  for (let at = 0; at < FOLDERS; at++) {
    mkdirSync(join(folder, `src/f${at}`), { recursive: true });
    for (let file = 0; file < FILES / FOLDERS; file++)
      writeFileSync(join(folder, `src/f${at}/m${file}.js`), `// ${file}\n`);
  }
  const ours = await measureMicro(root, work, folder);
  say(`ours: ${describe(ours)}`);
  const nodemon = await measureNodemon(packages, folder);
  say(`nodemon: ${describe(nodemon)}`);
  const row = (metric, key, unit) => ({
    metric,
    value: ours[key],
    unit,
    against: { value: nodemon[key], name: 'nodemon' },
  });
  return [
    row('until everything is watched', 'readyMs', 'ms'),
    row('CPU until then', 'cpuMs', 'ms'),
    row('CPU while nothing changes, of one core', 'restCpu', '%'),
    row('memory', 'memoryMb', 'MB'),
    row('a save until its answer', 'saveMs', 'ms'),
  ];
}

function describe({ readyMs, cpuMs, restCpu, memoryMb, saveMs }) {
  return `watched after ${Math.round(readyMs)} ms with ${Math.round(cpuMs)} ms CPU, at rest ${restCpu.toFixed(2)} %, ${Math.round(memoryMb)} MB, save ${Math.round(saveMs)} ms`;
}

async function atRest(pid) {
  await delay(1000);
  const before = costOf(pid);
  await delay(REST_SECONDS * 1000);
  const after = costOf(pid);
  return { restCpu: (after.cpuMs - before.cpuMs) / (REST_SECONDS * 10), memoryMb: after.memoryMb };
}

async function measureMicro(root, work, folder) {
  writeFileSync(join(folder, 'server.cjs'), program('0'));
  const web = { run: 'node server.cjs', port: await freePort(), reload: 'restart' };
  writeFileSync(join(folder, 'micro.yaml'), JSON.stringify({ name: 'tree', services: { web } }));
  const home = join(work, 'home');
  const server = await startMicroServer(root, home);
  const { pid } = server.ready;
  try {
    const call = microCaller(home, server);
    const before = costOf(pid);
    const startedAt = performance.now();
    await call('OpenProject', { folder, start: true });
    for (;;) {
      const { services } = await call('Status', {});
      if ((services?.[0]?.reload?.watched ?? 0) >= FILES) break;
      await delay(POLL_MS);
    }
    const readyMs = performance.now() - startedAt;
    const cpuMs = costOf(pid).cpuMs - before.cpuMs;
    const rest = await atRest(pid);
    const url = `${server.ready.gateway}/web/`;
    await waitServed(url, '0');
    return { readyMs, cpuMs, ...rest, saveMs: await saveAndWait({ folder, url }, 'one') };
  } finally {
    await server.stop();
  }
}

async function measureNodemon(packages, folder) {
  writeFileSync(join(folder, 'server.cjs'), program('0'));
  const port = await freePort();
  const startedAt = performance.now();
  const words = [join(packages, 'nodemon/bin/nodemon.js'), '--verbose', '--ext', 'js,cjs', 'server.cjs'];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await new Promise((resolve) => {
      let text = '';
      child.stdout.on('data', (data) => {
        text += data;
        if (/watching \d+ files/.test(text)) resolve();
      });
    });
    const readyMs = performance.now() - startedAt;
    const { cpuMs } = costOf(child.pid);
    const rest = await atRest(child.pid);
    const url = `http://127.0.0.1:${port}/`;
    await waitServed(url, '0');
    return { readyMs, cpuMs, ...rest, saveMs: await saveAndWait({ folder, url }, 'one') };
  } finally {
    process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
}
