import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import WebSocket from 'ws';
import { startMicroServer } from './lib/microServer.mjs';
import { median } from './lib/median.mjs';
import { costOf } from './lib/processCost.mjs';
import { answers, freePort, startPeers } from './lib/proxyPeers.mjs';

export const title = 'Gateway';
export const about =
  'Small GET requests over kept connections to one service (plain Node), through gateway and proxy of a whole server (every call counted, kept and traced), through gateway and proxy alone (nobody is told), through other proxies with one worker each, and directly. Each is warmed up; then they take turns, in rounds, of which the middle one counts. Client, proxy and service share the machine, so what is quick leaves more of it to the others. Then: memory during an upload of 1 GB, 1,000 open WebSockets, and 1,000 reported spans a second.';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Seconds that each is asked before anything counts. */
const WARM_UP_SECONDS = 1;
const CONNECTIONS = [1, 16, 256];
const UPLOAD_BYTES = 1024 ** 3;
const SOCKETS = 1000;
const SPANS_PER_SECOND = 1000;
const SPAN_SECONDS = Number(process.env.BENCH_SPAN_SECONDS ?? 60);
const run_ = promisify(execFile);

export async function run({ root, work, say }) {
  const lib = join(root, 'test/bench/lib');
  const stops = [];
  try {
    const project = join(work, 'project');
    mkdirSync(project, { recursive: true });
    const port = await freePort();
    writeFileSync(
      join(project, 'micro.yaml'),
      `name: bench\nservices:\n  svc: { run: '"${process.execPath}" "${join(lib, 'upstream.mjs')}"', port: ${port}, watch: false }\n`,
    );
    const home = join(work, 'home');
    const server = await startMicroServer(root, home, ['--project', project]);
    stops.push(() => server.stop());
    const gateway = new URL(server.ready.gateway);
    await mustAnswer(`${gateway.origin}/svc/`);
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
    const rows = [];
    // While the server holds no memory of what was before, which it could give back meanwhile.
    const ofSockets = await socketRows(server, gateway);
    // Code that has not run yet is slow, and whoever came first would have that counted.
    for (const { port: at, path } of candidates)
      await run_(process.execPath, [join(lib, 'loadClient.mjs'), at, path, 16, WARM_UP_SECONDS]);
    for (const connections of CONNECTIONS) {
      const results = new Map(candidates.map(({ name }) => [name, []]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const { name, port: at, path, pid } of candidates) {
          const before = pid ? cpuMs(pid) : 0;
          const { stdout } = await run_(process.execPath, [
            join(lib, 'loadClient.mjs'),
            at,
            path,
            connections,
            SECONDS,
          ]);
          const result = JSON.parse(stdout);
          if (result.failed > 0) throw new Error(`${name}: ${result.failed} requests failed`);
          const cpu = pid ? ((cpuMs(pid) - before) * 1000) / result.all : 0;
          results.get(name).push({ ...result, cpu });
        }
      }
      const middle = new Map([...results].map(([name, all]) => [name, middleOf(all)]));
      for (const [name, { perSecond, p50, p99, cpu }] of middle) {
        const figures = `${Math.round(perSecond)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, CPU ${cpu.toFixed(0)} µs`;
        say(`${connections} connections, ${name}: ${figures}`);
      }
      rows.push(...rowsOf(connections, middle));
    }
    rows.push(await uploadRow(server, gateway, say));
    rows.push(...ofSockets);
    rows.push(...(await spanRows(server, home)));
    return rows;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const DIRECTLY = 'directly';
const GATEWAY = 'gateway';
const PROXY = 'proxy';

/** Of each figure the one in the middle. */
function middleOf(results) {
  const of = (figure) => median(results.map((result) => result[figure]));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}

function rowsOf(connections, results) {
  const direct = results.get(DIRECTLY);
  const added = (result, share) => Math.max(0, result[share] - direct[share]);
  const rows = [];
  for (const mine of [GATEWAY, PROXY]) {
    for (const [name, other] of results) {
      if ([DIRECTLY, GATEWAY, PROXY].includes(name)) continue;
      if (name.endsWith('nobody told') && !name.startsWith(mine)) continue;
      const what = `${mine}, ${connections} connection${connections === 1 ? '' : 's'}`;
      const me = results.get(mine);
      rows.push({
        metric: `${what}: requests`,
        value: me.perSecond,
        unit: '1/s',
        against: { value: other.perSecond, name },
      });
      rows.push({
        metric: `${what}: CPU of the proxy for a request`,
        value: me.cpu,
        unit: 'µs',
        against: { value: other.cpu, name },
      });
      for (const share of ['p50', 'p99']) {
        rows.push({
          metric: `${what}: added latency, ${share}`,
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
  await mustAnswer(`http://127.0.0.1:${gatewayPort}/svc/`);
  await mustAnswer(`http://127.0.0.1:${proxyPort}/svc/`);
  return { gatewayPort, proxyPort, pid: child.pid, stop: () => child.kill('SIGTERM') };
}

async function mustAnswer(url) {
  if (!(await answers(url, 20_000))) throw new Error(`${url} does not answer`);
}

/** Resident bytes of a process; 0 where there is no /proc. */
function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function uploadRow(server, gateway, say) {
  const chunk = Buffer.alloc(1024 * 1024, 'micro');
  const hash = createHash('sha1');
  const before = residentBytes(server.child.pid);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, residentBytes(server.child.pid))), 20);
  const startedAt = performance.now();
  const answer = await new Promise((resolve, reject) => {
    const request = http.request(`${gateway.origin}/svc/upload`, { method: 'PUT' }, (response) => {
      let text = '';
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    let sent = 0;
    const send = () => {
      while (sent < UPLOAD_BYTES) {
        sent += chunk.length;
        hash.update(chunk);
        if (!request.write(chunk)) return void request.once('drain', send);
      }
      request.end();
    };
    send();
  });
  clearInterval(watch);
  if (answer !== hash.digest('hex')) throw new Error('the upload arrived altered');
  say(`upload of 1 GB in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return { metric: 'upload of 1 GB: memory added at most', value: (most - before) / 1024 / 1024, unit: 'MB' };
}

async function socketRows(server, gateway) {
  const before = residentBytes(server.child.pid);
  const startedAt = performance.now();
  const sockets = [];
  for (let at = 0; at < SOCKETS; at += 50) {
    const opened = Array.from({ length: 50 }, () => {
      const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/svc/`);
      sockets.push(socket);
      return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    });
    await Promise.all(opened);
  }
  const openedMs = performance.now() - startedAt;
  const echoed = sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve)));
  for (const socket of sockets) socket.send('hello');
  await Promise.all(echoed);
  const memory = residentBytes(server.child.pid) - before;
  for (const socket of sockets) socket.terminate();
  return [
    { metric: '1,000 WebSockets: all open after', value: openedMs, unit: 'ms' },
    { metric: '1,000 WebSockets: memory each', value: memory / SOCKETS / 1024, unit: 'kB' },
  ];
}

async function spanRows(server, home) {
  const { proxy, pid } = server.ready;
  const { token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
  const rpc = async (method, body) => {
    const response = await fetch(`${proxy}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { otlpHttp } = await rpc('desktop.Desktop/Info', {});
  const usageBefore = cpuMs(pid);
  let sent = 0;
  const startedAt = performance.now();
  for (let batch = 0; batch < SPAN_SECONDS * 10; batch++) {
    await fetch(`${otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(batchOf(batch)),
    });
    sent += SPANS_PER_SECOND / 10;
    await delay(Math.max(0, startedAt + (batch + 1) * 100 - performance.now()));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = (cpuMs(pid) - usageBefore) / seconds / 10;
  const { traces = [] } = await rpc('desktop.Traces/ListTraces', { services: ['bench-spans'], limit: 1000 });
  const kept = traces.reduce((sum, trace) => sum + trace.spans, 0);
  if (kept !== sent) throw new Error(`${sent} spans were sent and ${kept} are kept`);
  return [
    {
      metric: `${SPANS_PER_SECOND} spans a second for ${SPAN_SECONDS} s, none lost: CPU`,
      value: cpu,
      unit: '% of a core',
    },
  ];
}

/** CPU time of a process, ms; 0 where there is no /proc. */
function cpuMs(pid) {
  try {
    return costOf(pid).cpuMs;
  } catch {
    return 0;
  }
}

/** A batch of 100 spans in ten traces, as an exporter sends them. */
function batchOf(batch) {
  const nanos = BigInt(Date.now()) * 1_000_000n;
  const hex = (value, digits) => value.toString(16).padStart(digits, '0');
  const spans = Array.from({ length: SPANS_PER_SECOND / 10 }, (_, index) => ({
    traceId: hex(1_000_000 + batch * 10 + Math.floor(index / 10), 32),
    spanId: hex(batch * 1000 + index + 1, 16),
    parentSpanId: index % 10 === 0 ? '' : hex(batch * 1000 + Math.floor(index / 10) * 10 + 1, 16),
    name: 'GET /things/{id}',
    kind: 2,
    startTimeUnixNano: String(nanos),
    endTimeUnixNano: String(nanos + 5_000_000n),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'http.route', value: { stringValue: '/things/{id}' } },
      { key: 'http.response.status_code', value: { intValue: '200' } },
      { key: 'server.address', value: { stringValue: '127.0.0.1' } },
    ],
    status: {},
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'bench-spans' } }] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}
