import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs, startGatewayServer } from './gatewayServer.mjs';

const SPANS_PER_SECOND = 1000;
const SPAN_SECONDS = Number(process.env.BENCH_SPAN_SECONDS ?? 60);
/** ms of traces that are asked for at once: some 500, where an answer has 1,000 at the most. */
const WINDOW_MS = 5000;

/** CPU of the server while spans are reported to it; none may be lost. */
export async function spanRows({ root, work }) {
  const { server, home } = await startGatewayServer(root, work);
  try {
    return await reportSpans(server, home);
  } finally {
    await server.stop();
  }
}

async function reportSpans(server, home) {
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
  const begunAt = Date.now();
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
  let kept = 0;
  for (let since = begunAt; since <= Date.now(); since += WINDOW_MS) {
    const window = { since, until: since + WINDOW_MS, limit: 1000 };
    const { traces = [] } = await rpc('desktop.Traces/ListTraces', { services: ['bench-spans'], ...window });
    kept += traces.reduce((sum, trace) => sum + trace.spans, 0);
  }
  if (kept !== sent) throw new Error(`${sent} spans were sent and ${kept} are kept`);
  return [
    {
      metric: `${SPANS_PER_SECOND} spans a second for ${SPAN_SECONDS} s, none lost: CPU`,
      value: cpu,
      unit: '% of a core',
    },
  ];
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
