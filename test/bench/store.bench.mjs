import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './lib/median.mjs';
import { bundleProbe, runProbe } from './lib/storeProbeRun.mjs';
import { clientsOf, hasProgram, startOurs, startPeer, stepsPerSecond } from './lib/statePeers.mjs';

/** Records of the direct part, and of the part over the network; MICRO_BENCH_RECORDS makes both shorter for a try. */
const DIRECT = Number(process.env.MICRO_BENCH_RECORDS ?? 50_000);
const REMOTE = Math.min(10_000, DIRECT);
const ROUNDS = 3;
const TOGETHER = 64;
const VALUE = 'v'.repeat(100);

export const title = 'Records of the store';
export const about = `Records of 100 bytes, ${ROUNDS} rounds in which all take turns, median. Directly: the store's own rules (conditions, lives, sizes, revisions, changes) on lmdb, against nothing but lmdb, ${DIRECT.toLocaleString('en')} records. Through the API: the SDK of services over one connection, against redis-server (append-only file, written each second) and etcd (each write is synced), with their clients for Node, ${REMOTE.toLocaleString('en')} records. A write of ours survives the end of the process, as one of redis does; etcd's also survives that of the machine. A scan reads keys, 1,000 a page. What is not installed is left out.`;

export async function run({ root, work, say }) {
  const rows = [];
  const probe = await bundleProbe(root);
  const direct = { ours: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const who of round % 2 === 0 ? ['ours', 'raw'] : ['raw', 'ours'])
      direct[who].push(runProbe(probe, mkdtempSync(join(work, who)), who, DIRECT));
    say(`direct, round ${round + 1} of ${ROUNDS}`);
  }
  for (const part of Object.keys(direct.ours[0])) {
    const rate = (who) => median(direct[who].map((result) => result[part].count / (result[part].ms / 1000)));
    rows.push({
      metric: `directly: ${part}`,
      value: rate('ours'),
      unit: '/s',
      against: { value: rate('raw'), name: 'lmdb' },
    });
  }
  const peers = await startAll(root, work, say);
  try {
    const results = new Map(peers.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of round % 2 === 0 ? peers : [...peers].reverse())
        results.get(peer.name).push(await measure(peer, `r${round}/`));
      say(`through the API, round ${round + 1} of ${ROUNDS}`);
    }
    const [ours, ...others] = peers.map(({ name }) => name);
    for (const part of Object.keys(results.get(ours)[0]))
      for (const name of others.length > 0 ? others : [undefined])
        rows.push({
          metric: `through the API: ${part}`,
          value: median(results.get(ours).map((result) => result[part])),
          unit: '/s',
          ...(name === undefined
            ? {}
            : { against: { value: median(results.get(name).map((result) => result[part])), name } }),
        });
  } finally {
    for (const { stop } of peers) await stop();
  }
  return rows;
}

async function measure({ write, read, scan }, prefix) {
  const key = (n) => `${prefix}${String(n).padStart(9, '0')}`;
  const rates = {};
  rates['write, one at a time'] = await stepsPerSecond(REMOTE / 10, 1, (n) => write(key(n)));
  rates[`write, ${TOGETHER} at a time`] = await stepsPerSecond(REMOTE, TOGETHER, (n) => write(key(n)));
  rates['read, one at a time'] = await stepsPerSecond(REMOTE / 10, 1, (n) => read(key(n)));
  rates[`read, ${TOGETHER} at a time`] = await stepsPerSecond(REMOTE, TOGETHER, (n) => read(key((n * 7919) % REMOTE)));
  const begin = process.hrtime.bigint();
  const seen = await scan(prefix);
  if (seen !== REMOTE) throw new Error(`${seen} keys were found of ${REMOTE}`);
  rates.scan = seen / (Number(process.hrtime.bigint() - begin) / 1e9);
  return rates;
}

/** Ours first, then who else can be had. */
async function startAll(root, work, say) {
  const ours = await startOurs(root, join(work, 'home'));
  const { store } = ours.service;
  const bytes = Buffer.from(VALUE);
  const peers = [
    {
      name: 'ours',
      stop: ours.stop,
      write: (key) => store.write(key, bytes),
      read: (key) => store.readBytes(key),
      scan: async (prefix) => {
        let seen = 0;
        for await (const _ of store.list({ prefix })) seen += 1;
        return seen;
      },
    },
  ];
  const clients = clientsOf(root, say);
  if (clients && hasProgram('redis-server')) peers.push(await redis(clients, join(work, 'redis')));
  if (clients && hasProgram('etcd')) peers.push(await etcd(clients, join(work, 'etcd')));
  return peers;
}

async function redis(clients, folder) {
  const words = (port) => [
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
    '--bind',
    '127.0.0.1',
  ];
  const server = await startPeer('redis-server', folder, words);
  const client = clients('redis').createClient({ url: `redis://127.0.0.1:${server.port}` });
  await client.connect();
  return {
    name: 'redis',
    stop: async () => {
      await client.close();
      await server.stop();
    },
    write: (key) => client.set(key, VALUE),
    read: (key) => client.get(key),
    scan: async (prefix) => {
      let seen = 0;
      for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) seen += keys.length;
      return seen;
    },
  };
}

async function etcd(clients, folder) {
  const words = (port, _, second) => [
    ...['--data-dir', join(folder, 'data'), '--listen-client-urls', `http://127.0.0.1:${port}`],
    ...['--advertise-client-urls', `http://127.0.0.1:${port}`, '--listen-peer-urls', `http://127.0.0.1:${second}`],
    ...['--initial-advertise-peer-urls', `http://127.0.0.1:${second}`],
    ...['--initial-cluster', `default=http://127.0.0.1:${second}`, '--log-level', 'error'],
  ];
  const server = await startPeer('etcd', folder, words);
  const { Etcd3 } = clients('etcd3');
  const client = new Etcd3({ hosts: `http://127.0.0.1:${server.port}` });
  return {
    name: 'etcd',
    stop: async () => {
      client.close();
      await server.stop();
    },
    write: (key) => client.put(key).value(VALUE),
    read: (key) => client.get(key).string(),
    scan: async (prefix) => {
      let seen = 0;
      let from = prefix;
      for (;;) {
        const keys = await client
          .getAll()
          .inRange({ start: from, end: `${prefix}~` })
          .limit(1000)
          .keys();
        seen += keys.length;
        if (keys.length < 1000) return seen;
        from = `${keys.at(-1)}\0`;
      }
    },
  };
}
