import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from './freePorts.mjs';
import { startMicroServer } from './microServer.mjs';
import { ensurePackages } from './peers.mjs';

/** Clients of the servers that are measured, each the one that its makers or most users take. */
const CLIENTS = { redis: '6.3.1', etcd3: '1.1.2', nats: '2.29.3' };
/** ms until a server that was started has to answer. */
const READY_MS = 20_000;

/** How to load the clients by name; undefined when they cannot be had, then there are no peers. */
export function clientsOf(root, say) {
  try {
    return createRequire(join(ensurePackages(root, 'state', CLIENTS, say), '..', 'package.json'));
  } catch (error) {
    say(`${error.message}; redis, etcd and nats are left out`);
    return undefined;
  }
}

/** Whether a program of the system is there. */
export function hasProgram(name) {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Starts a server of the system and resolves once its port answers. `words(port, folder)` is its command line. */
export async function startPeer(name, folder, words) {
  mkdirSync(folder, { recursive: true });
  const [port, second] = await freePorts(2);
  const child = spawn(name, words(port, folder, second), { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const until = Date.now() + READY_MS;
  while (!(await answers(port))) {
    if (Date.now() > until || child.exitCode !== null) {
      await stop();
      throw new Error(`${name} does not answer`);
    }
    await delay(20);
  }
  return { port, stop };
}

/** A server of ours with the SDK that services use, as a service of its own. */
export async function startOurs(root, home) {
  const server = await startMicroServer(root, home);
  const { token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
  const { createService } = await import(join(root, 'dist/sdk/index.mjs'));
  const service = createService({
    name: 'bench',
    env: { MICRO_PROXY: new URL(server.ready.proxy).host, MICRO_TOKEN: token },
  });
  return {
    service,
    stop: async () => {
      await service.stop?.();
      await server.stop();
    },
  };
}

/** Runs so many steps, some of them under way at a time; resolves how many a second. */
export async function stepsPerSecond(total, together, step) {
  let next = 0;
  const begin = process.hrtime.bigint();
  const lane = async () => {
    while (next < total) await step(next++);
  };
  await Promise.all(Array.from({ length: together }, lane));
  return total / (Number(process.hrtime.bigint() - begin) / 1e9);
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
