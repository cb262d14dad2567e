import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { cpuMs, mustAnswer, startGatewayServer } from './gatewayServer.mjs';
import { median } from './median.mjs';
import { freePort, startPeers } from './proxyPeers.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Seconds that each is asked before anything counts. */
const WARM_UP_SECONDS = 1;
const run_ = promisify(execFile);

const DIRECTLY = 'directly';
const GATEWAY = 'gateway';
const PROXY = 'proxy';

/** Requests over so many kept connections through gateway, proxy and their peers, in turn. */
export async function latencyRows(connections, { root, work, say }) {
  const lib = join(root, 'test/bench/lib');
  const stops = [];
  try {
    const { server, gateway, port } = await startGatewayServer(root, work);
    stops.push(() => server.stop());
    const bare = await startBareGateway(root, work, port);
    stops.push(bare.stop);
    const peers = await startPeers({ root, work, targetPort: port, say });
    for (const peer of peers) stops.push(peer.stop);
    const candidates = [
      { name: DIRECTLY, port, path: '/x' },
      { name: GATEWAY, port: Number(gateway.port), path: '/svc/x', pid: server.ready.pid },
      { name: PROXY, port: Number(new URL(server.ready.proxy).port), path: '/svc/x', pid: server.ready.pid },
      { name: 'gateway, nobody told', port: bare.gatewayPort, path: '/svc/x', pid: bare.pid },
      { name: 'proxy, nobody told', port: bare.proxyPort, path: '/svc/x', pid: bare.pid },
      ...peers.map((peer) => ({ ...peer, path: '/x' })),
    ];
    const ask = async ({ port: at, path }, seconds) => {
      const words = [join(lib, 'loadClient.mjs'), at, path, connections, seconds].map(String);
      return JSON.parse((await run_(process.execPath, words)).stdout);
    };
    // Code that has not run yet is slow, and whoever came first would have that counted.
    for (const candidate of candidates) await ask(candidate, WARM_UP_SECONDS);
    const results = new Map(candidates.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const candidate of candidates) {
        const { name, pid } = candidate;
        const before = pid ? cpuMs(pid) : 0;
        const result = await ask(candidate, SECONDS);
        if (result.failed > 0) throw new Error(`${name}: ${result.failed} requests failed`);
        const cpu = pid ? ((cpuMs(pid) - before) * 1000) / result.all : 0;
        results.get(name).push({ ...result, cpu });
      }
    }
    const middle = new Map([...results].map(([name, all]) => [name, middleOf(all)]));
    for (const [name, { perSecond, p50, p99, cpu }] of middle) {
      const figures = `${Math.round(perSecond)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, CPU ${cpu.toFixed(0)} µs`;
      say(`${name}: ${figures}`);
    }
    return rowsOf(middle);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Of each figure the one in the middle. */
function middleOf(results) {
  const of = (figure) => median(results.map((result) => result[figure]));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}

function rowsOf(results) {
  const direct = results.get(DIRECTLY);
  const added = (result, share) => Math.max(0, result[share] - direct[share]);
  const rows = [];
  for (const mine of [GATEWAY, PROXY]) {
    for (const [name, other] of results) {
      if ([DIRECTLY, GATEWAY, PROXY].includes(name)) continue;
      if (name.endsWith('nobody told') && !name.startsWith(mine)) continue;
      const me = results.get(mine);
      rows.push({
        metric: `${mine}: requests`,
        value: me.perSecond,
        unit: '1/s',
        against: { value: other.perSecond, name },
      });
      rows.push({
        metric: `${mine}: CPU of the proxy for a request`,
        value: me.cpu,
        unit: 'µs',
        against: { value: other.cpu, name },
      });
      for (const share of ['p50', 'p99']) {
        rows.push({
          metric: `${mine}: added latency, ${share}`,
          value: added(me, share),
          unit: 'ms',
          against: { value: added(other, share), name },
        });
      }
    }
  }
  return rows;
}

async function startBareGateway(root, work, target) {
  const file = join(work, 'bareGateway.mjs');
  await build({
    entryPoints: [join(root, 'test/bench/lib/bareGateway.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const gatewayPort = await freePort();
  const proxyPort = await freePort();
  const child = spawn(process.execPath, [file, gatewayPort, proxyPort, target].map(String), { stdio: 'ignore' });
  const stop = () => child.kill('SIGTERM');
  try {
    await mustAnswer(`http://127.0.0.1:${gatewayPort}/svc/`);
    await mustAnswer(`http://127.0.0.1:${proxyPort}/svc/`);
  } catch (error) {
    stop();
    throw error;
  }
  return { gatewayPort, proxyPort, pid: child.pid, stop };
}
