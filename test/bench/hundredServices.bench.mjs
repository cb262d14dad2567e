import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './lib/freePorts.mjs';
import { median } from './lib/median.mjs';
import { startMicroServer } from './lib/microServer.mjs';

export const title = 'A hundred services';
export const about =
  'From "start" until all 100 services (plain Node, each listens on its port) are ready, no dependencies among them, against spawning the same 100 programs by hand and waiting until each has said that it listens. Median of 3 rounds in turn.';

const SERVICES = 100;
const ROUNDS = 3;
const POLL_MS = 20;
const PROGRAM = `require('node:http').createServer((q, r) => r.end('ok')).listen(process.env.PORT, '127.0.0.1', () => console.log('listens'));
process.on('SIGTERM', () => process.exit(0));
`;

export async function run({ root, work, say }) {
  const folder = join(work, 'hundred');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'service.cjs'), PROGRAM);
  const names = Array.from({ length: SERVICES }, (_, index) => `s${String(index).padStart(3, '0')}`);
  writeFileSync(
    join(folder, 'micro.yaml'),
    `name: hundred\nservices:\n${names.map((name) => `  ${name}: { run: node service.cjs, watch: false }\n`).join('')}`,
  );
  const floor = [];
  const ours = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const a = await spawnByHand(folder);
    const b = await startAll(root, folder, join(work, `home-${round}`));
    floor.push(a);
    ours.push(b);
    say(`round ${round}: spawned by hand ${Math.round(a)} ms, micro ${Math.round(b)} ms`);
  }
  return [
    {
      metric: '100 services to all ready',
      value: median(ours),
      unit: 'ms',
      against: { value: median(floor), name: 'spawn by hand' },
    },
  ];
}

async function spawnByHand(folder) {
  const ports = await freePorts(SERVICES);
  const startedAt = performance.now();
  const children = [];
  await Promise.all(
    ports.map(
      (port) =>
        new Promise((resolve, reject) => {
          const child = spawn(process.execPath, ['service.cjs'], {
            cwd: folder,
            env: { ...process.env, PORT: String(port) },
            stdio: ['ignore', 'pipe', 'pipe'],
          });
          children.push(child);
          child.stdout.once('data', resolve);
          child.once('exit', (code) => reject(new Error(`a service ended with code ${code}`)));
        }),
    ),
  );
  const ms = performance.now() - startedAt;
  await Promise.all(
    children.map((child) => {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return ended;
    }),
  );
  return ms;
}

async function startAll(root, folder, home) {
  const server = await startMicroServer(root, home);
  try {
    const { token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
    const call = async (method, body) => {
      const response = await fetch(`${server.ready.proxy.replace(/^(?!http)/, 'http://')}/desktop.Desktop/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${method}: ${await response.text()}`);
      return response.json();
    };
    const startedAt = performance.now();
    await call('OpenProject', { folder, start: true });
    for (;;) {
      const { services } = await call('Status', {});
      if (services.length === SERVICES && services.every((service) => service.status === 'STATUS_RUNNING')) break;
      const failed = services.find((service) => service.status === 'STATUS_ERROR');
      if (failed) throw new Error(`${failed.name}: ${failed.reason}`);
      await delay(POLL_MS);
    }
    return performance.now() - startedAt;
  } finally {
    await server.stop();
  }
}
