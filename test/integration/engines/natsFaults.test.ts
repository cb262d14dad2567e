import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { startNats } from '../../helpers/engines/nats.ts';
import { acknowledge, event, openNatsEventLog } from '../../helpers/eventLogFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

it('a NATS that hangs under load is told as away, loses nothing that it confirmed, and goes on by itself', async () => {
  const engine = await startNats();
  onTestFinished(() => engine.dispose());
  const { log, watch } = await openNatsEventLog(engine.address('hang'), systemClock);
  const consumer = await log.consume({ topic: 'orders', group: 'g', from: 'start' });
  const taken = new Set<string>();
  void (async () => {
    for (let one = await consumer.next(); one; one = await consumer.next()) {
      taken.add(Buffer.from(one.event.payload).toString());
      await acknowledge(log, consumer, one.event.id).catch(() => {});
    }
  })();
  const confirmed = new Set<string>();
  const errors = new Set<string>();
  let stop = false;
  let number = 0;
  const publishers = Array.from({ length: 4 }, async () => {
    while (!stop) {
      const text = `e${++number}`;
      await log.publish([event(text)]).then(
        () => confirmed.add(text),
        async (error: { code?: string }) => {
          errors.add(String(error.code));
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
      );
    }
  });
  await waitFor('events go through', () => confirmed.size > 50);
  engine.pause();
  await waitFor('it is told', () => errors.size > 0 && watch.state.awaySince !== undefined, 60_000);
  const before = confirmed.size;
  engine.resume();
  await waitFor('events go through again', () => confirmed.size > before + 50, 60_000);
  stop = true;
  await Promise.all(publishers);
  expect([...errors]).toEqual(['engine.unavailable']);
  await waitFor('all that was confirmed was delivered', () => [...confirmed].every((text) => taken.has(text)), 60_000);
  expect(watch.state.awaySince).toBeUndefined();
});
