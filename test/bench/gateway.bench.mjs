import { latencyRows } from './lib/gatewayLatency.mjs';
import { memoryRows } from './lib/gatewayMemory.mjs';
import { spanRows } from './lib/gatewaySpans.mjs';

const LATENCY =
  'Small GET requests over kept connections to one service (plain Node), through gateway and proxy of a whole server (every call counted, kept, logged and traced), through gateway and proxy alone (nobody is told), through other proxies with one worker each, and directly. Each is warmed up; then they take turns, in rounds, of which the middle one counts. Client, proxy and service share the machine, so what is quick leaves more of it to the others. Latency is what is added to that of asking the service directly.';

const latency = (connections, words) => ({
  title: `Gateway and proxy, ${words}`,
  about: LATENCY,
  run: (context) => latencyRows(connections, context),
});

/** One after the other, each within four minutes. */
export const parts = {
  connections1: latency(1, '1 connection'),
  connections16: latency(16, '16 connections'),
  connections256: latency(256, '256 connections'),
  memory: {
    title: 'Gateway, memory',
    about:
      'Resident memory of the server: what an upload of 1 GB through the gateway adds at most (its hash is compared at the end), and what each of 1,000 WebSockets takes while all are open and have had an answer.',
    run: memoryRows,
  },
  spans: {
    title: 'Reported spans',
    about:
      '1,000 spans a second for a minute by OTLP (JSON over HTTP, 100 at once), as ten traces each. Afterwards all of them must be there.',
    run: spanRows,
  },
};
