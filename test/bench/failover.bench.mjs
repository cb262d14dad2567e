import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importTypeScript } from '../../build/lib/typescript.mjs';
import { freePorts } from './lib/freePorts.mjs';
import { startMicroServer } from './lib/microServer.mjs';
import { median } from './lib/median.mjs';

/** Rounds of each; MICRO_BENCH_ROUNDS chooses another number. */
const ROUNDS = Number(process.env.MICRO_BENCH_ROUNDS ?? 3);
/** ms of the lease of a server, see docs/engines.md. */
const LEASE_MS = 10_000;
/** ms between two questions whether it answers. */
const ASK_MS = 10;
/** ms after which something is wrong. */
const GIVE_UP_MS = 60_000;

export const title = 'From `micro run` to serving, and a server that is killed';
export const about = `A plain Node service. \`micro run\` of its folder, as a process of its own, until the gateway passes a request to it: on this machine, and sent to another server over TLS (on the same machine); against starting it by hand. Then two servers that share PostgreSQL and etcd, of which the one that runs it is killed with SIGKILL, or ended in order: until it answers from the other one through that one's gateway. Median of ${ROUNDS}.`;

const main =
  "import http from 'node:http';\n" +
  "http.createServer((_, answer) => answer.end(String(process.pid))).listen(process.env.PORT, '0.0.0.0');\n";

export async function run({ root, work, say }) {
  const rows = await serving({ root, work, say });
  return [...rows, ...(await failing({ root, work, say }))];
}

/** Runs the command line; rejects with what it said when it fails. */
async function micro(root, home, words, input = '') {
  const child = spawn(process.execPath, [join(root, 'dist/node/cli.mjs'), ...words, '--home', home], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(input);
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`micro ${words[0]}: ${errors}`);
}

/** Resolves with the answer once there is one that is right, with how long that took, ms. */
async function answered(url, headers, isRight = () => true) {
  const startedAt = performance.now();
  while (performance.now() - startedAt < GIVE_UP_MS) {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    const text = answer?.status === 200 ? await answer.text() : undefined;
    if (text !== undefined && isRight(text)) return { text, tookMs: performance.now() - startedAt };
    await delay(ASK_MS);
  }
  throw new Error(`${url} did not answer within ${GIVE_UP_MS} ms`);
}

function writeProject(work, name) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.mjs'), main);
  writeFileSync(join(folder, 'micro.yaml'), `name: ${name}\nservices:\n  ${name}:\n    run: node main.mjs\n`);
  return folder;
}

/** A server that others reach over TLS, and a home to which it is the environment `there`. */
async function startThere({ root, work }, name, args = []) {
  const tls = join(root, 'test/fixtures/tls');
  const secretFile = join(work, `${name}.secret`);
  writeFileSync(secretFile, 'a secret for this measurement\n', { mode: 0o600 });
  const listen = ['--listen', '127.0.0.1:0', '--admin-secret', secretFile];
  const server = await startMicroServer(root, join(work, name), [
    ...listen,
    ...['--tls-cert', join(tls, 'server.pem'), '--tls-key', join(tls, 'server.key'), ...args],
  ]);
  const home = join(work, `${name}-sender`);
  const words = ['env', 'add', 'there', server.ready.reachable.api, '--ca', join(tls, 'ca.pem'), '--account', 'admin'];
  await micro(root, home, words, 'a secret for this measurement\n');
  return { server, home, flags: ['--environment', 'there', '--yes', 'there'] };
}

function tokenOf(home) {
  return JSON.parse(readFileSync(join(home, 'server.json'), 'utf8')).token;
}

async function serving({ root, work, say }) {
  const times = { hand: [], local: [], remote: [] };
  const local = await startMicroServer(root, join(work, 'local'));
  const away = await startThere({ root, work }, 'away');
  const headers = { authorization: `Bearer ${tokenOf(join(work, 'away'))}` };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const [port] = await freePorts(1);
      const startedAt = performance.now();
      const child = spawn(process.execPath, [join(writeProject(work, 'hand'), 'main.mjs')], {
        env: { ...process.env, PORT: String(port) },
        stdio: 'ignore',
      });
      await answered(`http://127.0.0.1:${port}/`);
      times.hand.push(performance.now() - startedAt);
      child.kill('SIGKILL');

      const here = `local${round}`;
      const [, served] = await Promise.all([
        micro(root, join(work, 'local'), ['run', writeProject(work, here)]),
        answered(`${local.ready.gateway}/${here}/`),
      ]);
      times.local.push(served.tookMs);

      const there = `remote${round}`;
      const [, seen] = await Promise.all([
        micro(root, away.home, ['run', writeProject(work, there), ...away.flags]),
        answered(`${away.server.ready.gateway}/${there}/`, headers),
      ]);
      times.remote.push(seen.tookMs);
    }
  } finally {
    await Promise.all([local.stop(), away.server.stop()]);
  }
  const hand = median(times.hand);
  say(`to serving: by hand ${Math.round(hand)} ms, local ${Math.round(median(times.local))} ms`);
  const against = { value: hand, name: 'by hand' };
  return [
    { metric: 'micro run to serving, local', value: median(times.local), unit: 'ms', against },
    { metric: 'micro run to serving, another server', value: median(times.remote), unit: 'ms', against },
  ];
}

async function failing({ root, work, say }) {
  const { startPostgres } = await importTypeScript('test/helpers/engines/postgres.ts');
  const { startEtcd } = await importTypeScript('test/helpers/engines/etcd.ts');
  const [postgres, etcd] = await Promise.all([startPostgres(), startEtcd()]);
  const times = { killed: [], ended: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const how of ['killed', 'ended']) {
        const name = `${how}${round}`;
        const args = ['--store', postgres.address(name), '--registry', etcd.address(name)];
        const own = [...args, '--advertise-host', '127.0.0.1', '--server-name'];
        const first = await startThere({ root, work }, `${name}-a`, [...own, 'a']);
        const second = await startMicroServer(root, join(work, `${name}-b`), [...own, 'b']);
        try {
          await micro(root, first.home, ['run', writeProject(work, name), ...first.flags]);
          const url = `${second.ready.gateway}/${name}/`;
          const { text: before } = await answered(url);
          first.server.child.kill(how === 'killed' ? 'SIGKILL' : 'SIGTERM');
          const { tookMs } = await answered(url, {}, (text) => text !== before);
          times[how].push(tookMs);
          say(`${how}: ${Math.round(tookMs)} ms`);
        } finally {
          await Promise.all([first.server.stop(), second.stop()]);
        }
      }
    }
  } finally {
    await Promise.all([postgres.dispose(), etcd.dispose()]);
  }
  const against = { value: LEASE_MS, name: 'lease' };
  return [
    { metric: 'server killed: serving on another one', value: median(times.killed), unit: 'ms', against },
    { metric: 'server ended in order: serving on another one', value: median(times.ended), unit: 'ms', against },
  ];
}
