// Publishes and consumes until it is killed; says on standard output which publishes were acknowledged, and before each
// acknowledgement which event was delivered.
import { systemClock } from '../../electron/server/base/clock.ts';
import { silentLogger } from '../../electron/server/base/logger.ts';
import type { Consumer } from '../../electron/server/events/eventLog.ts';
import { openFileEventLog } from '../../electron/server/events/openEventLog.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const log = await openFileEventLog(folder, {
  clock: systemClock,
  logger: silentLogger,
  limits: async () => () => ({ maxAgeMs: 0, maxBytes: 1e12, maxEvents: 1e9 }),
});
const topic = 'kill';
const publish = async (n: number): Promise<void> => {
  const [published] = await log.publish([{ topic, key: `k${n % 5}`, payload: Buffer.from(String(n)) }]);
  process.stdout.write(`published ${n} ${published?.offset}\n`);
};
const consume = async (consumer: Consumer): Promise<void> => {
  for (let delivery = await consumer.next(); delivery; delivery = await consumer.next()) {
    const { event } = delivery;
    process.stdout.write(`delivered ${String(event.payload)} ${event.offset}\n`);
    await log.settle({ topic, group: 'g', ids: [event.id], outcome: 'ack' });
    process.stdout.write(`done ${String(event.payload)} ${event.offset}\n`);
  }
};
for (let member = 0; member < 2; member++) void consume(await log.consume({ topic, group: 'g', from: 'start' }));
for (let n = Number(first); ; n += 4) await Promise.all([publish(n), publish(n + 1), publish(n + 2), publish(n + 3)]);
