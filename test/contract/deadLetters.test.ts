import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../electron/server/events/eventLog.ts';
import { acknowledge, event, eventLogKinds, nextText, takeTexts } from '../helpers/eventLogFixture.ts';

const textOf = (delivery: Delivery | undefined): string | undefined =>
  delivery && Buffer.from(delivery.event.payload).toString();

/** What every event log promises of events that a group gave up on. */
describe.each(eventLogKinds)('the dead letters of an event log $name', ({ keeps, make }) => {
  it('gives up after the last delivery, and shows what it gave up on', async () => {
    const { open, clock } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 2 });
    await log.publish([event('bad', { key: 'k' }), event('good', { key: 'k' })]);
    for (const attempt of [1, 2]) {
      const delivery = await consumer.next();
      expect(delivery?.attempt).toBe(attempt);
      const ids = [delivery?.event.id ?? ''];
      await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 0, reason: 'no stock' });
    }
    expect(await nextText(consumer)).toBe('good');
    const letters = await log.deadLetters('orders', 'g', undefined, 10);
    expect(letters).toMatchObject([{ deliveries: 2, reason: 'no stock', time: clock.now(), event: { offset: 0 } }]);
    expect(Buffer.from(letters[0]?.event.payload ?? '').toString()).toBe('bad');
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ deadLetters: 1, lag: 1 }] }]);
    expect(await log.deadLetters('orders', 'g', 0, 10)).toEqual([]);
  });

  it('sends a dead letter to its group again, with deliveries counted anew, in the order of its key', async () => {
    const { open } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 1 });
    await log.publish([event('bad', { key: 'k' }), event('1', { key: 'k' }), event('2', { key: 'k' })]);
    const giveUp = async (): Promise<void> => {
      const ids = [(await consumer.next())?.event.id ?? ''];
      await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 0 });
    };
    await giveUp();
    const first = await consumer.next();
    expect(textOf(first)).toBe('1');
    expect(await log.settleDeadLetters('orders', 'g', [0, 7], 'resend')).toEqual([7]);
    expect(await log.settleDeadLetters('orders', 'g', [0], 'resend')).toEqual([0]);
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toEqual([]);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ deadLetters: 0, lag: 3 }] }]);
    await acknowledge(log, consumer, first?.event.id ?? '');
    // Ahead of those of its key that wait; and when it fails again, it is a dead letter again.
    await giveUp();
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toMatchObject([
      { deliveries: 1, event: { offset: 0, key: 'k' } },
    ]);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ deadLetters: 1, lag: 1 }] }]);
    expect(await takeTexts(log, consumer, 1)).toEqual(['2']);
    await log.settleDeadLetters('orders', 'g', [0], 'resend');
    expect(await takeTexts(log, consumer, 1)).toEqual(['bad']);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ deadLetters: 0, lag: 0, position: 3 }] }]);
  });

  it('drops dead letters, one by one, and sends again those whose events are not kept any more', async () => {
    const { open, limits } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 1, maxUnacked: 1 });
    await log.publish(['0', '1', '2'].map((text) => event(text)));
    for (let n = 0; n < 3; n++) {
      const ids = [(await consumer.next())?.event.id ?? ''];
      await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 0 });
    }
    limits.maxEvents = 0;
    await log.applyLimits();
    expect(await log.topics('orders')).toMatchObject([{ events: 0, groups: [{ deadLetters: 3, lag: 0 }] }]);
    expect(await log.settleDeadLetters('orders', 'g', [1], 'drop')).toEqual([]);
    expect(await log.settleDeadLetters('orders', 'g', [2, 0], 'resend')).toEqual([]);
    expect(await takeTexts(log, consumer, 2)).toEqual(['0', '2']);
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toEqual([]);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ deadLetters: 0, lag: 0, missed: 0 }] }]);
    await expect(log.settleDeadLetters('orders', 'nobody', [0], 'drop')).rejects.toMatchObject({
      code: 'events.group-not-found',
    });
    await expect(log.settleDeadLetters('orders', 'g', [-1], 'drop')).rejects.toMatchObject({
      code: 'events.invalid-range',
    });
  });

  it('a dead letter on its way again that a replay brings as well comes once', async () => {
    const { open } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 1, maxUnacked: 1 });
    await log.publish([event('bad'), event('good')]);
    const ids = [(await consumer.next())?.event.id ?? ''];
    await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 0 });
    expect(await takeTexts(log, consumer, 1)).toEqual(['good']);
    consumer.close();
    await log.settleDeadLetters('orders', 'g', [0], 'resend');
    expect(await log.replay('orders', 'g', 'start')).toMatchObject({ lag: 2, deadLetters: 0 });
    const after = await log.consume({ topic: 'orders', group: 'g' });
    expect(await takeTexts(log, after, 2)).toEqual(['bad', 'good']);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ lag: 0, deadLetters: 0 }] }]);
  });

  // Memory keeps nothing: there is nothing to open again.
  if (!keeps) return;

  it('a dead letter on its way again is still on its way after it was opened again', async () => {
    const { open } = await make();
    let log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 1 });
    await log.publish([event('bad'), event('worse')]);
    for (let n = 0; n < 2; n++) {
      const ids = [(await consumer.next())?.event.id ?? ''];
      await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 0 });
    }
    consumer.close();
    await log.settleDeadLetters('orders', 'g', [0], 'resend');
    await log.close();

    log = await open();
    expect(await log.topics()).toMatchObject([{ groups: [{ position: 2, lag: 1, deadLetters: 1 }] }]);
    const after = await log.consume({ topic: 'orders', group: 'g' });
    expect(await takeTexts(log, after, 1)).toEqual(['bad']);
    await log.close();

    log = await open();
    expect(await log.topics()).toMatchObject([{ groups: [{ lag: 0, deadLetters: 1 }] }]);
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toMatchObject([{ event: { offset: 1 } }]);
  });
});
