import { join } from 'node:path';
import { median } from './lib/median.mjs';
import { clientsOf, hasProgram, startOurs, startPeer, stepsPerSecond } from './lib/statePeers.mjs';

/** Events of each round; MICRO_BENCH_EVENTS makes it shorter for a try. */
const EVENTS = Number(process.env.MICRO_BENCH_EVENTS ?? 10_000);
const ROUNDS = 3;
const TOGETHER = 64;
const PAYLOAD = Buffer.alloc(100, 'e');

export const title = 'Events';
export const about = `Events of 100 bytes, ${EVENTS.toLocaleString('en')} of them, ${ROUNDS} rounds in turn, median; ours through the SDK of services, against nats-server with JetStream on disk and its client for Node. Each publish waits for the word that the event is kept, which with both survives the end of the process. A consumer of a group gets each event and acknowledges it, ${TOGETHER} under way at a time.`;

export async function run({ root, work, say }) {
  const peers = [await ours(root, join(work, 'home'))];
  const clients = clientsOf(root, say);
  if (clients && hasProgram('nats-server')) peers.push(await nats(clients, join(work, 'nats')));
  const results = new Map(peers.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of round % 2 === 0 ? peers : [...peers].reverse())
        results.get(peer.name).push(await measure(peer, round));
      say(`round ${round + 1} of ${ROUNDS}`);
    }
  } finally {
    for (const { stop } of peers) await stop();
  }
  const [first, other] = peers.map(({ name }) => results.get(name));
  return Object.keys(first[0]).map((part) => ({
    metric: part,
    value: median(first.map((result) => result[part])),
    unit: '/s',
    ...(other ? { against: { value: median(other.map((result) => result[part])), name: 'nats' } } : {}),
  }));
}

async function measure({ open, publish, consume }, round) {
  const topic = `bench${round}`;
  await open(topic);
  const rates = {};
  rates['publish, one at a time'] = await stepsPerSecond(EVENTS / 10, 1, () => publish(topic));
  rates[`publish, ${TOGETHER} at a time`] = await stepsPerSecond(EVENTS, TOGETHER, () => publish(topic));
  const all = EVENTS + EVENTS / 10;
  const begin = process.hrtime.bigint();
  await consume(topic, all);
  rates['consume and acknowledge'] = all / (Number(process.hrtime.bigint() - begin) / 1e9);
  return rates;
}

async function ours(root, home) {
  const { service, stop } = await startOurs(root, home);
  return {
    name: 'ours',
    stop,
    open: async () => {},
    publish: (topic) => service.events.publish(topic, PAYLOAD),
    async consume(topic, count) {
      let seen = 0;
      let subscription;
      await new Promise((resolve) => {
        const options = { group: 'g', from: 'start', concurrency: TOGETHER };
        subscription = service.events.subscribe(topic, options, () => {
          seen += 1;
          if (seen === count) resolve();
        });
      });
      // Ends after the acknowledgements that are under way.
      await subscription.close();
    },
  };
}

async function nats(clients, folder) {
  const words = (port) => ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder];
  const server = await startPeer('nats-server', folder, words);
  const { AckPolicy, connect, DeliverPolicy } = clients('nats');
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  const manager = await connection.jetstreamManager();
  const stream = connection.jetstream();
  return {
    name: 'nats',
    stop: async () => {
      await connection.close();
      await server.stop();
    },
    open: async (topic) => {
      await manager.streams.add({ name: topic, subjects: [topic] });
      await manager.consumers.add(topic, {
        durable_name: 'g',
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
      });
    },
    publish: (topic) => stream.publish(topic, PAYLOAD),
    async consume(topic, count) {
      const messages = await (await stream.consumers.get(topic, 'g')).consume({ max_messages: TOGETHER });
      let seen = 0;
      const receipts = new Set();
      for await (const message of messages) {
        const receipt = message.ackAck().finally(() => receipts.delete(receipt));
        receipts.add(receipt);
        if (receipts.size >= TOGETHER) await Promise.race(receipts);
        seen += 1;
        if (seen === count) break;
      }
      await Promise.all(receipts);
    },
  };
}
