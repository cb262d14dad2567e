import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '../../build/lib/display.mjs';
import { BenchLogSocket } from './lib/logSocket.mjs';
import { NEEDLE, writeBigLog } from './lib/logHome.mjs';
import { median } from './lib/median.mjs';
import { startMicroServer } from './lib/microServer.mjs';

/** Lines of the log; MICRO_BENCH_LINES makes it shorter for a try. */
const LINES = Number(process.env.MICRO_BENCH_LINES ?? 10_000_000);
const ROUNDS = 3;

export const title = `A log of ${LINES.toLocaleString('en')} lines`;
export const about =
  'One service, one run, some 75 bytes a line. Counts go through the API as `micro logs --count` sends them; against `grep -c` (and `rg -c` where it is installed) on the same lines in one plain file, which knows neither time nor level. Pages go over the socket of the window: from the request until the rows are there. Median of 3 rounds, files in the cache of the system.';

export async function run({ root, work, say }) {
  const home = join(work, 'home');
  const plain = join(work, 'plain.log');
  mkdirSync(home, { recursive: true });
  say('writing the log');
  const { startedAt } = await writeBigLog(home, plain, LINES);
  const server = await startMicroServer(root, home);
  const rows = [];
  const add = (metric, value, unit, against) => {
    rows.push({ metric, value, unit, ...(against ? { against } : {}) });
    say(`${metric}: ${value.toFixed(1)} ${unit}${against ? ` (${against.name} ${against.value.toFixed(1)})` : ''}`);
  };
  try {
    const file = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
    const proxy = file.proxy.replace(/^(?!http)/, 'http://');
    const queries = [
      ['rare text', { text: NEEDLE, caseSensitive: true }, ['-F', NEEDLE]],
      ['rare text, any case', { text: NEEDLE }, ['-F', '-i', NEEDLE]],
      ['frequent text', { text: 'handled', caseSensitive: true }, ['-F', 'handled']],
      ['rare pattern', { regex: 'needle-[a-z]+-hay', caseSensitive: true }, ['-E', 'needle-[a-z]+-hay']],
      [
        'frequent pattern',
        { regex: 'request [0-9]+7 handled', caseSensitive: true },
        ['-E', 'request [0-9]+7 handled'],
      ],
    ];
    for (const [name, query, words] of queries) {
      const ours = [];
      const greps = [];
      const rgs = [];
      let expected;
      for (let round = 0; round < ROUNDS; round++) {
        const [grepMs, grepCount] = countedBy('grep', ['-c', ...words, plain]);
        greps.push(grepMs);
        expected = grepCount;
        if (onPath('rg')) rgs.push(countedBy('rg', ['-c', ...words.filter((word) => word !== '-E'), plain])[0]);
        const from = performance.now();
        const count = await countByApi(proxy, file.token, { services: ['big'], ...query });
        ours.push(performance.now() - from);
        if (count !== expected) throw new Error(`${name}: ${count} lines found, grep finds ${expected}`);
      }
      add(`count ${name} (${expected} lines)`, median(ours), 'ms', { value: median(greps), name: 'grep -c' });
      if (rgs.length > 0) add(`count ${name}`, median(ours), 'ms', { value: median(rgs), name: 'rg -c' });
    }
    const from = performance.now();
    await countByApi(proxy, file.token, { services: ['big'], levels: ['error', 'fatal'] });
    add('count errors, by the index', performance.now() - from, 'ms');

    const socket = await BenchLogSocket.connect({ proxy, token: file.token });
    const timed = async (step) => {
      const times = [];
      for (let round = 0; round < ROUNDS; round++) {
        const begin = performance.now();
        await step(round);
        times.push(performance.now() - begin);
      }
      return median(times);
    };
    const page = (at) => socket.ask({ type: 'rows', view: 1, from: Math.max(0, at), count: 100 });
    let end = 0;
    add(
      'open: extent and last page',
      await timed(async () => {
        const live = socket.next((message) => message.type === 'live');
        socket.send({ type: 'open', view: 1, query: { services: ['big'], dividers: true }, follow: true });
        ({ end } = await live);
      }),
      'ms',
    );
    if (end < LINES) throw new Error(`the view ends at row ${end}`);
    add('page at the beginning', await timed(() => page(0)), 'ms');
    add('page anywhere', await timed((round) => page(Math.floor(end * (0.31 + 0.2 * round)))), 'ms');
    add('page at the end', await timed(() => page(end - 100)), 'ms');
    add(
      'jump to a time',
      await timed(async (round) => {
        const timeUs = (startedAt + 600_000 * (round + 1)) * 1000;
        const { row } = await socket.ask({ type: 'seek', view: 1, timeUs });
        await page(row);
      }),
      'ms',
    );
    add(
      'histogram of everything, 120 bars',
      await timed(() => socket.ask({ type: 'histogram', view: 1, buckets: 120 })),
      'ms',
    );
    const find = { type: 'find', view: 1, direction: -1, pattern: { levels: ['error', 'fatal'] } };
    add('previous error', await timed(() => socket.ask({ ...find, from: end })), 'ms');
    const search = { type: 'search', view: 1, pattern: { text: NEEDLE } };
    const firsts = [];
    const whole = await timed(async () => {
      const begunAt = performance.now();
      await socket.ask(search, (message) => {
        if (message.rows?.length > 0 && firsts.at(-1)?.from !== begunAt) {
          firsts.push({ from: begunAt, ms: performance.now() - begunAt });
        }
        return message.done === true;
      });
    });
    add('find in the window: first match', median(firsts.map(({ ms }) => ms)), 'ms');
    add('find in the window: all matches', whole, 'ms');
    socket.close();
    add('memory of the server afterwards', residentMegabytes(server.child.pid), 'MB');
  } finally {
    await server.stop();
  }
  return rows;
}

function countedBy(program, words) {
  const from = performance.now();
  const { stdout, status } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0 && status !== 1) throw new Error(`${program} ended with ${status}`);
  return [performance.now() - from, Number(stdout.trim() || 0)];
}

/** One call of a server stream with a single answer, as JSON. */
async function countByApi(proxy, token, query) {
  const message = Buffer.from(JSON.stringify({ query, countOnly: true }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const response = await fetch(`${proxy}/desktop.Desktop/ReadLogs`, {
    method: 'POST',
    headers: {
      'content-type': 'application/connect+json',
      'connect-protocol-version': '1',
      authorization: `Bearer ${token}`,
    },
    body: Buffer.concat([head, message]),
  });
  const text = await response.text();
  const count = /"count":"?(\d+)/.exec(text);
  if (!response.ok || text.includes('"error"')) throw new Error(`ReadLogs: ${response.status} ${text}`);
  return Number(count?.[1] ?? 0);
}

function residentMegabytes(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
