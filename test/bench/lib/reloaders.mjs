import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startMicroServer } from './microServer.mjs';

/** Between two questions whether the new code answers, ms; the resolution of what is measured. */
const POLL_MS = 5;
/** A save that is not served after this is lost. */
const SERVED_WITHIN_MS = 60_000;

/** A service whose answer is its version. Every contender runs this same file. */
export const program = (version) => `const version = '${version}';
const server = require('node:http').createServer((request, response) => response.end(version));
server.listen(Number(process.env.PORT), '127.0.0.1');
const end = () => process.exit(0);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2']) process.on(signal, end);
`;

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The text that a GET answers with, or undefined when nobody answers or it is an error. */
export function ask(url, agent) {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent: agent ?? false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : undefined));
      answer.on('error', () => resolve(undefined));
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.end();
  });
}

/** Saves a version and resolves with the ms until it is served; `change` does more than the write when it is given. */
export async function saveAndWait({ folder, url, save }, version) {
  const startedAt = performance.now();
  writeFileSync(join(folder, 'server.cjs'), program(version));
  await save?.();
  return waitServed(url, version, startedAt);
}

export async function waitServed(url, version, startedAt = performance.now()) {
  while (performance.now() - startedAt < SERVED_WITHIN_MS) {
    if ((await ask(url)) === version) return performance.now() - startedAt;
    await delay(POLL_MS);
  }
  throw new Error(`${version} was not served by ${url} within ${SERVED_WITHIN_MS / 1000} s`);
}

function childOf(words, folder, env) {
  // A watcher may read the keyboard: its input stays open.
  const child = spawn(words[0], words.slice(1), {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // The group of the watcher: it and what it started, and nothing else.
      process.kill(-child.pid, 'SIGTERM');
      const isGone = await Promise.race([ended.then(() => true), delay(3000, false)]);
      if (!isGone) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** The least that a reload costs: the old process is ended, the new one started, and it listens. */
async function floor(folder) {
  const port = await freePort();
  const start = () => childOf([process.execPath, 'server.cjs'], folder, { PORT: String(port) });
  let current = start();
  const save = async () => {
    await current.stop();
    current = start();
  };
  return { folder, url: `http://127.0.0.1:${port}/`, save, stop: () => current.stop() };
}

/** What runs a command that watches. */
const watcher = (words) => async (folder, packages) => {
  const port = await freePort();
  const { stop } = childOf(words(packages), folder, { PORT: String(port) });
  return { folder, url: `http://127.0.0.1:${port}/`, stop };
};

async function pm2(folder, packages) {
  const port = await freePort();
  const env = { PORT: String(port), PM2_HOME: join(folder, '..', `pm2-${port}`) };
  const program = join(packages, 'pm2/bin/pm2');
  const run = (...words) =>
    spawnSync(process.execPath, [program, ...words], { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  run('start', 'server.cjs', '--watch');
  return { folder, url: `http://127.0.0.1:${port}/`, stop: async () => void run('kill') };
}

/** Micro Desktop, asked through its gateway, as everybody asks it. */
const micro = (service) => async (folder, _packages, root) => {
  const port = service.fixed ? await freePort() : 'auto';
  const web = { run: 'node server.cjs', port, reload: service.reload };
  writeFileSync(join(folder, 'micro.yaml'), JSON.stringify({ name: 'bench', services: { web } }));
  const server = await startMicroServer(root, join(folder, '..', `home-${service.reload}-${Date.now()}`), [
    '--project',
    folder,
  ]);
  return { folder, url: `${server.ready.gateway}/web/`, stop: server.stop };
};

/** Everything that is compared. `floor` is what the others are measured against. */
export const contenders = {
  floor,
  nodemon: watcher((packages) => [process.execPath, join(packages, 'nodemon/bin/nodemon.js'), '--quiet', 'server.cjs']),
  'pm2 --watch': pm2,
  'node --watch': watcher(() => [process.execPath, '--watch', 'server.cjs']),
  'tsx watch': watcher((packages) => [process.execPath, join(packages, 'tsx/dist/cli.mjs'), 'watch', 'server.cjs']),
  restart: micro({ reload: 'restart', fixed: true }),
  rolling: micro({ reload: 'rolling' }),
};

/** Starts a contender on a folder of its own, already serving version 0. */
export async function startContender(name, { root, work, packages }) {
  const folder = join(work, `${name.replaceAll(/\W+/g, '-')}-${Math.round(performance.now())}`, 'app');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'server.cjs'), program('0'));
  const contender = await contenders[name](folder, packages, root);
  await waitServed(contender.url, '0');
  // Watching may begin a moment after serving.
  await delay(1000);
  return contender;
}
