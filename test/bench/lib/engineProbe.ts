// The measurement of engines, in a process of its own: what we do through our interfaces on a real engine, and the same with
// the engine's own client, in turn. Says a line of JSON for each: { metric, ours, own }, both in operations a second.
import { randomUUID } from 'node:crypto';
import { connect, headers } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import etcd from 'etcd3';
import pg from 'pg';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { NatsEventLog } from '../../../electron/server/events/nats/natsEventLog.ts';
import { EngineWatch } from '../../../electron/server/host/engineState.ts';
import { EtcdLink } from '../../../electron/server/host/etcdLink.ts';
import { etcdSettings } from '../../../electron/server/host/etcdSettings.ts';
import { NatsLink } from '../../../electron/server/host/natsLink.ts';
import { natsSettings } from '../../../electron/server/host/natsSettings.ts';
import { EtcdRegistry } from '../../../electron/server/registry/etcdRegistry.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import { openPostgresStore } from '../../../electron/server/store/postgres/openPostgresStore.ts';
import { startEtcd } from '../../helpers/engines/etcd.ts';
import { startNats } from '../../helpers/engines/nats.ts';
import { startPostgres } from '../../helpers/engines/postgres.ts';

const [count = '2000', rounds = '5', ...only] = process.argv.slice(2);
const COUNT = Number(count);
const ROUNDS = Number(rounds);
const TOGETHER = 32;
const VALUE = Buffer.alloc(100, 'v');

/** Does a thing so many times, as many at a time; returns how many a second. */
type Part = (round: number) => Promise<number>;

async function rate(total: number, together: number, step: (n: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begin = process.hrtime.bigint();
  const lane = async (): Promise<void> => {
    while (next < total) await step(next++);
  };
  await Promise.all(Array.from({ length: together }, lane));
  return total / (Number(process.hrtime.bigint() - begin) / 1e9);
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

/** Both in turn, so that what slows one down slows down the other; the first round warms up and does not count. */
async function compare(metric: string, ours: Part, own: Part): Promise<void> {
  const rates = { ours: [] as number[], own: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const order = round % 2 === 0 ? (['ours', 'own'] as const) : (['own', 'ours'] as const);
    for (const who of order) {
      const measured = await (who === 'ours' ? ours : own)(round);
      if (round > 0) rates[who].push(measured);
    }
  }
  process.stdout.write(`${JSON.stringify({ metric, ours: median(rates.ours), own: median(rates.own) })}\n`);
}

async function postgres(): Promise<void> {
  const engine = await startPostgres({ synced: true });
  const store = await openPostgresStore({ address: engine.address('bench'), clock: systemClock });
  const connectionString = engine.address('x').split('?')[0] as string;
  const client = new pg.Client({ connectionString });
  const pool = new pg.Pool({ connectionString, max: 10 });
  try {
    await client.connect();
    // The same data, as durable: what a program with a table of its own would keep of a record.
    await client.query('CREATE SEQUENCE kv_revision');
    await client.query(
      `CREATE TABLE kv (place text COLLATE "C" NOT NULL, tbl text COLLATE "C" NOT NULL, key bytea NOT NULL, revision bigint NOT NULL,
        bytes int NOT NULL, metadata text NOT NULL, value bytea NOT NULL, PRIMARY KEY (place, tbl, key))`,
    );
    const place = { database: 'micro', table: 'bench' };
    const key = (round: number, n: number): string => `r${round}/${String(n).padStart(9, '0')}`;
    const put = (round: number, n: number) => ({
      name: 'put',
      text: `INSERT INTO kv VALUES ($1, $2, $3, nextval('kv_revision'), $4, '', $5) ON CONFLICT (place, tbl, key) DO UPDATE
        SET revision = excluded.revision, bytes = excluded.bytes, metadata = '', value = excluded.value RETURNING revision`,
      values: [place.database, place.table, Buffer.from(key(round, n)), VALUE.length, VALUE],
    });
    const get = (round: number, n: number) => ({
      name: 'get',
      text: 'SELECT revision, metadata, value FROM kv WHERE place = $1 AND tbl = $2 AND key = $3',
      values: [place.database, place.table, Buffer.from(key(round, n))],
    });
    const write = (round: number, n: number) =>
      store.apply([{ type: 'write', ...place, key: key(round, n), value: VALUE }]);
    await compare(
      'Postgres: put, one at a time',
      (round) => rate(COUNT / 4, 1, (n) => write(round, n)),
      (round) => rate(COUNT / 4, 1, (n) => client.query(put(round, n))),
    );
    await compare(
      `Postgres: put, ${TOGETHER} at a time`,
      (round) => rate(COUNT, TOGETHER, (n) => write(round, n)),
      (round) => rate(COUNT, TOGETHER, (n) => pool.query(put(round, n))),
    );
    await compare(
      'Postgres: get, one at a time',
      (round) => rate(COUNT, 1, (n) => store.read(place, key(round, n))),
      (round) => rate(COUNT, 1, (n) => client.query(get(round, n))),
    );
    await compare(
      `Postgres: get, ${TOGETHER} at a time`,
      (round) => rate(COUNT * 2, TOGETHER, (n) => store.read(place, key(round, n % COUNT))),
      (round) => rate(COUNT * 2, TOGETHER, (n) => pool.query(get(round, n % COUNT))),
    );
  } finally {
    await store.close();
    await client.end();
    await pool.end();
    await engine.dispose();
  }
}

async function nats(): Promise<void> {
  const engine = await startNats();
  const settings = natsSettings(engine.address('bench'), {});
  const link = new NatsLink({ settings, watch: new EngineWatch('events', 'nats', settings.shown) });
  const limits = async () => () => ({ maxAgeMs: 0, maxBytes: 1e12, maxEvents: 1e9 });
  const log = await NatsEventLog.open({ link, clock: systemClock, logger: silentLogger, limits });
  const connection = await connect({ servers: `127.0.0.1:${engine.port}` });
  const js = jetstream(connection);
  const jsm = await jetstreamManager(connection);
  const publishOne = (topic: string) => log.publish([{ topic, payload: VALUE, key: 'k' }]);
  // What a careful user of the client sends: an id, by which one that is sent again is known, and a header for the key.
  const publishOwn = (topic: string) => {
    const more = headers();
    more.set('Key', 'k');
    return js.publish(topic, VALUE, { msgID: randomUUID(), headers: more });
  };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      await jsm.streams.add({ name: `own${round}`, subjects: [`own${round}`] });
      await jsm.consumers.add(`own${round}`, { durable_name: 'g', ack_policy: 'explicit', deliver_policy: 'all' });
    }
    await compare(
      'NATS: publish, acknowledged, one at a time',
      (round) => rate(COUNT / 4, 1, () => publishOne(`ours${round}`)),
      (round) => rate(COUNT / 4, 1, () => publishOwn(`own${round}`)),
    );
    await compare(
      `NATS: publish, acknowledged, ${TOGETHER} at a time`,
      (round) =>
        rate(COUNT * 4, TOGETHER, (n) => log.publish([{ topic: `ours${round}`, payload: VALUE, key: `k${n}` }])),
      (round) => rate(COUNT * 4, TOGETHER, () => publishOwn(`own${round}`)),
    );
    await compare(
      `NATS: consume and acknowledge, ${TOGETHER} under way`,
      async (round) => {
        const topic = `ours${round}`;
        const consumer = await log.consume({ topic, group: 'g', from: { offset: COUNT / 4 } });
        const lane = await rate(
          COUNT * 4,
          TOGETHER,
          steps(
            async () => consumer.next(),
            async (delivery) => {
              const ids = [delivery?.event.id ?? ''];
              await log.settle({ topic, group: 'g', ids, outcome: 'ack' });
            },
          ),
        );
        consumer.close();
        return lane;
      },
      async (round) => {
        const messages = await (await js.consumers.get(`own${round}`, 'g')).consume({ max_messages: 500 });
        const iterator = messages[Symbol.asyncIterator]();
        const lane = await rate(
          COUNT * 4,
          TOGETHER,
          steps(
            () => iterator.next(),
            async ({ value }) => {
              await value?.ackAck();
            },
          ),
        );
        messages.stop();
        return lane;
      },
    );
  } finally {
    await log.close();
    await link.close();
    await connection.close();
    await engine.dispose();
  }
}

/** A step that takes one thing after another, as their source allows, and works on several at a time. */
function steps<T>(take: () => Promise<T>, work: (taken: T) => Promise<void>): () => Promise<void> {
  let line: Promise<unknown> = Promise.resolve();
  return async () => {
    const taken = line.then(take);
    line = taken.catch(() => {});
    await work(await taken);
  };
}

async function registry(): Promise<void> {
  const engine = await startEtcd();
  const local = new MemoryRegistry(systemClock);
  const there = new MemoryRegistry(systemClock);
  const join = async (registry: MemoryRegistry, server: string) => {
    const link = new EtcdLink({ settings: etcdSettings(engine.address('bench'), {}), clock: systemClock });
    const joined = new EtcdRegistry({ link, advertise: '10.0.0.1', server, local: registry, logger: silentLogger });
    await link.start();
    return { link, joined };
  };
  const links = [await join(local, 'a'), await join(there, 'b')];
  const client = new etcd.Etcd3({ hosts: `127.0.0.1:${engine.port}` });
  const node = (id: string) => ({ id, address: '10.0.0.1', port: 8000, metadata: {} });
  const service = { name: 'orders', version: '1' };
  try {
    const lease = client.lease(10);
    await lease.grant();
    const watcher = await client.watch().prefix('own/').create();
    const heard = new Map<string, () => void>();
    watcher.on('put', (kv) => heard.get(kv.key.toString())?.());
    there.onDidChange(() => {
      for (const { id } of there.get('orders')?.nodes ?? []) heard.get(id.split('@')[0] as string)?.();
    });
    const until = (key: string) => new Promise<void>((resolve) => heard.set(key, resolve));
    // A registration counts once another server knows it.
    await compare(
      'etcd: register until another knows, one at a time',
      (round) =>
        rate(COUNT / 20, 1, async (n) => {
          const id = `ours${round}-${n}`;
          const known = until(id);
          local.register(service, node(id));
          await known;
          heard.delete(id);
          if (n > 0) local.deregister('orders', `ours${round}-${n - 1}`);
        }),
      (round) =>
        rate(COUNT / 20, 1, async (n) => {
          const key = `own/${round}-${n}`;
          const known = until(key);
          await lease.put(key).value(JSON.stringify({ service, node: node(key) }));
          await known;
          heard.delete(key);
          if (n > 0)
            void client
              .delete()
              .key(`own/${round}-${n - 1}`)
              .exec();
        }),
    );
    await compare(
      'etcd: look a service up, one at a time',
      () => rate(COUNT, 1, async () => there.pick('orders')),
      () => rate(COUNT, 1, () => client.getAll().prefix('own/').strings()),
    );
    await watcher.cancel();
    await lease.revoke();
  } finally {
    for (const { link, joined } of links) {
      await link.stop();
      joined.dispose();
    }
    for (const one of [local, there]) one.dispose();
    client.close();
    await engine.dispose();
  }
}

const parts = { postgres, nats, registry };
for (const [name, part] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await part();
