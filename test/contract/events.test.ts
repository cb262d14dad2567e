import { describe, expect, it } from 'vitest';
import type { Delivery, EventLog } from '../../electron/server/events/eventLog.ts';
import { acknowledge, event, eventLogKinds, nextText, takeTexts } from '../helpers/eventLogFixture.ts';
import { flush } from '../helpers/fakes/fakeClock.ts';
import { waitFor } from '../helpers/waitFor.ts';

const texts = async (log: EventLog, topic = 'orders'): Promise<string[]> =>
  (await log.history({ topic, limit: 1000 })).events.map(({ payload }) => Buffer.from(payload).toString());
/** A promise whose value may be looked at while it is not there. */
const peek = <T>(promise: Promise<T>): { value: T | undefined } => {
  const seen: { value: T | undefined } = { value: undefined };
  void promise.then((value) => (seen.value = value));
  return seen;
};
const textOf = (delivery: Delivery | undefined): string | undefined =>
  delivery && Buffer.from(delivery.event.payload).toString();

/** What every event log promises, whatever keeps its events. */
describe.each(eventLogKinds)('an event log $name', ({ keeps, isShared, make }) => {
  it('gives back what was published, with where and when', async () => {
    const { open, clock } = await make();
    const log = await open();
    const metadata = { type: 'é' };
    const [one] = await log.publish([event('one', { key: 'k', metadata, publisher: 'shop' })]);
    expect(one).toEqual({ id: expect.any(String) as string, offset: 0, time: clock.now() });
    const [two] = await log.publish([event('two')]);
    expect(two?.offset).toBe(1);
    const page = await log.history({ topic: 'orders', limit: 10 });
    expect(page.next).toBeUndefined();
    expect(page.events[0]).toEqual({
      ...one,
      topic: 'orders',
      key: 'k',
      publisher: 'shop',
      metadata,
      saidAt: undefined,
      payload: Buffer.from('one'),
    });
    expect(await log.topics()).toMatchObject([
      { name: 'orders', events: 2, firstOffset: 0, nextOffset: 2, groups: [] },
    ]);
  });

  it('keeps any bytes, and none', async () => {
    const { open } = await make();
    const log = await open();
    const bytes = Buffer.from([...new Array(256).keys()]);
    await log.publish([event('', { payload: bytes }), event('')]);
    const { events } = await log.history({ topic: 'orders', limit: 10 });
    expect(events.map(({ payload }) => Buffer.from(payload))).toEqual([bytes, Buffer.alloc(0)]);
  });

  it.each(['', '-a', '.a', 'a/b', 'a b', 'ä', 'a\0b', 'x'.repeat(129)])('refuses the topic %j', async (topic) => {
    const { open } = await make();
    const log = await open();
    await expect(log.publish([event('x', { topic })])).rejects.toMatchObject({ code: 'events.invalid-name' });
    await expect(log.consume({ topic })).rejects.toMatchObject({ code: 'events.invalid-name' });
    expect(await log.topics()).toEqual([]);
  });

  it('refuses what is too large, and publishes nothing of the batch', async () => {
    const { open } = await make();
    const log = await open();
    const large = event('', { payload: Buffer.alloc(8 * 1024 * 1024 + 1) });
    await expect(log.publish([event('fine'), large])).rejects.toMatchObject({ code: 'events.too-large' });
    await expect(log.publish([event('x', { key: 'k'.repeat(257) })])).rejects.toMatchObject({
      code: 'events.invalid-name',
    });
    expect(await log.topics()).toEqual([]);
  });

  if (isShared) {
    it('goes on by itself with all it had when its engine is stopped and started between tests', async () => {
      const { open, restart } = await make();
      const log = await open();
      const consumer = await log.consume({ topic: 'orders', group: 'g', from: 'start' });
      await log.publish([event('before')]);
      expect(await takeTexts(log, consumer, 1)).toEqual(['before']);
      await restart?.();
      await waitFor('it is back', async () => (await texts(log)).join() === 'before');
      await log.publish([event('after')]);
      // What was acknowledged does not come again.
      expect(await takeTexts(log, consumer, 1)).toEqual(['after']);
      expect(await texts(log)).toEqual(['before', 'after']);
    });
  }

  it('gives publishers side by side offsets without gaps, in the order in which they came', async () => {
    const { open } = await make();
    const log = await open();
    const all = await Promise.all([...new Array(300).keys()].map((n) => log.publish([event(String(n))])));
    expect(all.map(([one]) => one?.offset)).toEqual([...new Array(300).keys()]);
    expect(await texts(log)).toEqual([...new Array(300).keys()].map(String));
  });

  it('gives each event to one member of a group, and to every group', async () => {
    const { open } = await make();
    const log = await open();
    const [a, b] = [
      await log.consume({ topic: 'orders', group: 'g' }),
      await log.consume({ topic: 'orders', group: 'g' }),
    ];
    const other = await log.consume({ topic: 'orders', group: 'h' });
    const firsts = [a.next(), b.next()];
    await log.publish([event('1'), event('2')]);
    expect((await Promise.all(firsts)).map(textOf).sort()).toEqual(['1', '2']);
    expect(await takeTexts(log, other, 2)).toEqual(['1', '2']);
    expect(await log.topics('orders')).toMatchObject([
      {
        groups: [
          { name: 'g', unacked: 2, lag: 2 },
          { name: 'h', unacked: 0, lag: 0, position: 2 },
        ],
      },
    ]);
  });

  it('gives a consumer without a group everything from now on, and remembers nothing of it', async () => {
    const { open } = await make();
    const log = await open();
    await log.publish([event('before')]);
    const all = await log.consume({ topic: 'orders', autoAck: true });
    await log.publish([event('1'), event('2')]);
    expect([await nextText(all), await nextText(all)]).toEqual(['1', '2']);
    expect(await log.topics('orders')).toMatchObject([{ listeners: 1, groups: [] }]);
    all.close();
    expect(await all.next()).toBeUndefined();
    expect(await log.topics('orders')).toMatchObject([{ listeners: 0, groups: [] }]);
  });

  it('begins a new group where it is told to, and goes on with a known one where it is', async () => {
    const { open, clock } = await make();
    const log = await open();
    await log.publish([event('0')]);
    await clock.advance(1000);
    const time = clock.now();
    await log.publish([event('1'), event('2')]);
    for (const [from, first] of [
      ['start', '0'],
      [{ offset: 2 }, '2'],
      [{ time }, '1'],
      [{ time: 0 }, '0'],
    ] as const)
      expect(await nextText(await log.consume({ topic: 'orders', from })), JSON.stringify(from)).toBe(first);
    const ends = await Promise.all(
      (['end', { offset: 99 }, { time: time + 1 }] as const).map((from) => log.consume({ topic: 'orders', from })),
    );
    await log.publish([event('3')]);
    for (const consumer of ends) expect(await nextText(consumer)).toBe('3');
    const first = await log.consume({ topic: 'orders', group: 'g', from: 'start' });
    expect(await takeTexts(log, first, 1)).toEqual(['0']);
    first.close();
    const again = await log.consume({ topic: 'orders', group: 'g', from: 'start' });
    expect(await nextText(again)).toBe('1');
  });

  it('holds an event back while an earlier one of its key is not acknowledged, and no other', async () => {
    const { open } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g' });
    await log.publish([event('a1', { key: 'a' }), event('a2', { key: 'a' }), event('b1', { key: 'b' }), event('x')]);
    const first = await consumer.next();
    expect([textOf(first), await nextText(consumer), await nextText(consumer)]).toEqual(['a1', 'b1', 'x']);
    const held = peek(consumer.next());
    await flush();
    expect(held.value).toBeUndefined();
    await acknowledge(log, consumer, first?.event.id ?? '');
    await flush();
    expect(textOf(held.value)).toBe('a2');
  });

  it('keeps the order of a key also when an event is given back', async () => {
    const { open, clock } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g' });
    await log.publish([event('a1', { key: 'a' }), event('a2', { key: 'a' })]);
    const first = await consumer.next();
    const ids = [first?.event.id ?? ''];
    await log.settle({ topic: 'orders', group: 'g', ids, outcome: 'nack', delayMs: 500 });
    const next = peek(consumer.next());
    await clock.advance(499);
    expect(next.value).toBeUndefined();
    await clock.advance(1);
    expect(next.value).toMatchObject({ attempt: 2 });
    expect(textOf(next.value)).toBe('a1');
  });

  it('delivers again what is not acknowledged in time, unless the time was extended', async () => {
    const { open, clock } = await make();
    const log = await open();
    const slow = await log.consume({ topic: 'orders', group: 'g', ackWaitMs: 1000 });
    await log.publish([event('1')]);
    const delivery = await slow.next();
    const receipt = { topic: 'orders', group: 'g', ids: [delivery?.event.id ?? ''] };
    await clock.advance(900);
    expect(await log.settle({ ...receipt, outcome: 'extend', consumer: slow.id })).toEqual([]);
    const again = peek(slow.next());
    await clock.advance(900);
    expect(again.value).toBeUndefined();
    await clock.advance(100);
    expect(again.value).toMatchObject({ attempt: 2 });
    // Late, but it was processed.
    expect(await log.settle({ ...receipt, outcome: 'ack' })).toEqual([]);
    expect(await log.settle({ ...receipt, outcome: 'ack' })).toEqual(receipt.ids);
    expect(await log.topics('orders')).toMatchObject([{ groups: [{ lag: 0, unacked: 0 }] }]);
  });

  it('gives the events of a consumer that breaks off to others at once', async () => {
    const { open } = await make();
    const log = await open();
    const [a, b] = [
      await log.consume({ topic: 'orders', group: 'g' }),
      await log.consume({ topic: 'orders', group: 'g' }),
    ];
    await log.publish([event('1', { key: 'k' }), event('2'), event('3', { key: 'k' })]);
    expect([await nextText(a), await nextText(a)]).toEqual(['1', '2']);
    const waiting = b.next();
    a.close();
    const first = await waiting;
    expect([textOf(first), await nextText(b)]).toEqual(['1', '2']);
    await acknowledge(log, b, first?.event.id ?? '');
    expect(await nextText(b)).toBe('3');
  });

  it('counts a delivery that broke off only against the event that was worked on', async () => {
    const { open } = await make();
    const log = await open();
    await log.publish([event('poison'), event('next')]);
    for (let round = 0; round < 2; round++) {
      const crashing = await log.consume({ topic: 'orders', group: 'g', from: 'start', maxDeliveries: 2 });
      expect(await nextText(crashing)).toBe('poison');
      await crashing.next();
      crashing.close();
    }
    const consumer = await log.consume({ topic: 'orders', group: 'g' });
    expect(await consumer.next()).toMatchObject({ attempt: 1, event: { offset: 1 } });
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toHaveLength(1);
  });

  it('gives a consumer no more than it may have unacknowledged', async () => {
    const { open } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxUnacked: 1 });
    await log.publish([event('1'), event('2')]);
    const first = await consumer.next();
    const second = peek(consumer.next());
    await flush();
    expect(second.value).toBeUndefined();
    await acknowledge(log, consumer, first?.event.id ?? '');
    await flush();
    expect(textOf(second.value)).toBe('2');
  });

  it('moves a group back and forth, by offset and by time', async () => {
    const { open, clock } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g' });
    await log.publish([event('0'), event('1')]);
    await clock.advance(5000);
    const time = clock.now();
    await log.publish([event('2')]);
    const first = await consumer.next();
    expect(await log.replay('orders', 'g', { time })).toMatchObject({ position: 2, lag: 1, unacked: 0 });
    expect(await acknowledge(log, consumer, first?.event.id ?? '')).toEqual([first?.event.id]);
    expect(await takeTexts(log, consumer, 1)).toEqual(['2']);
    expect(await log.replay('orders', 'g', 'start')).toMatchObject({ position: 0, lag: 3 });
    expect(await takeTexts(log, consumer, 3)).toEqual(['0', '1', '2']);
    await expect(log.replay('orders', 'nobody', 'start')).rejects.toMatchObject({ code: 'events.group-not-found' });
    await expect(log.replay('orders', 'g', { offset: -1 })).rejects.toMatchObject({ code: 'events.invalid-range' });
  });

  it('pages through history, both ways and by key', async () => {
    const { open } = await make();
    const log = await open();
    await log.publish([...new Array(5).keys()].map((n) => event(String(n), { key: n % 2 ? 'odd' : '' })));
    const page = async (query: object): Promise<[string[], number | undefined]> => {
      const { events, next } = await log.history({ topic: 'orders', limit: 2, ...query });
      return [events.map(({ payload }) => Buffer.from(payload).toString()), next];
    };
    expect(await page({})).toEqual([['0', '1'], 2]);
    expect(await page({ from: { offset: 4 } })).toEqual([['4'], undefined]);
    expect(await page({ backwards: true })).toEqual([['4', '3'], 3]);
    expect(await page({ backwards: true, from: { offset: 1 } })).toEqual([['0'], undefined]);
    expect(await page({ key: 'odd', limit: 9 })).toEqual([['1', '3'], undefined]);
    await expect(log.history({ topic: 'nothing', limit: 1 })).rejects.toMatchObject({ code: 'events.topic-not-found' });
  });

  it('keeps no more than the limits say, and counts what a group missed by it', async () => {
    const place = await make();
    const log = await place.open();
    const late = await log.consume({ topic: 'orders', group: 'late' });
    late.close();
    place.limits = { ...place.limits, maxEvents: 3 };
    await log.applyLimits();
    for (const n of [0, 1, 2, 3, 4]) await log.publish([event(String(n))]);
    expect(await texts(log)).toEqual(['2', '3', '4']);
    const again = await log.consume({ topic: 'orders', group: 'late' });
    expect(await takeTexts(log, again, 1)).toEqual(['2']);
    expect(await log.topics('orders')).toMatchObject([{ firstOffset: 2, groups: [{ missed: 2, lag: 2 }] }]);
    // An engine may count what it keeps beside an event as well.
    const [info] = await log.topics('orders');
    place.limits = { ...place.limits, maxBytes: ((info?.bytes ?? 0) / 3) * 2 };
    await log.applyLimits();
    expect(await texts(log)).toEqual(['3', '4']);
  });

  it('removes what has become too old by itself', async () => {
    const place = await make();
    // An engine has its own clock, which no test sets.
    const hourMs = isShared ? 500 : 3_600_000;
    place.limits = { ...place.limits, maxAgeMs: hourMs };
    const log = await place.open();
    await log.publish([event('old')]);
    if (!isShared) await place.clock.advance(hourMs * 0.8);
    else await expect.poll(() => texts(log), { timeout: 30_000 }).toEqual([]);
    await log.publish([event('new')]);
    await place.clock.advance(hourMs * 0.4);
    const offsets = async () => (await log.topics('orders')).map(({ firstOffset }) => firstOffset);
    await expect.poll(offsets, { timeout: 30_000 }).toEqual([isShared ? expect.toBeOneOf([1, 2]) : 1]);
    await expect.poll(() => texts(log), { timeout: 30_000 }).not.toContain('old');
  });

  it('removes groups and topics, but not while somebody consumes', async () => {
    const { open } = await make();
    const log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g' });
    await log.publish([event('1')]);
    await expect(log.removeGroup('orders', 'g')).rejects.toMatchObject({ code: 'events.in-use' });
    await expect(log.removeTopic('orders')).rejects.toMatchObject({ code: 'events.in-use' });
    consumer.close();
    await log.removeGroup('orders', 'g');
    expect(await log.topics('orders')).toMatchObject([{ groups: [] }]);
    await log.removeTopic('orders');
    expect(await log.topics()).toEqual([]);
    expect(await log.publish([event('anew')])).toMatchObject([{ offset: 0 }]);
    expect(await texts(log)).toEqual(['anew']);
  });

  it('tells of changes, and who published and consumed', async () => {
    const { open } = await make();
    const log = await open();
    const changed = new Set<string>();
    const flows: string[] = [];
    log.onDidChange((topic) => changed.add(topic));
    log.onDidFlow(({ topic, service, direction, count }) => flows.push(`${service} ${direction} ${count} ${topic}`));
    const consumer = await log.consume({ topic: 'orders', service: 'mail' });
    await log.publish([event('1', { publisher: 'shop' }), event('2', { publisher: 'shop' })]);
    await consumer.next();
    expect([...changed]).toEqual(['orders']);
    expect(flows).toEqual(['shop published 2 orders', 'mail consumed 1 orders']);
  });

  // Memory keeps nothing: there is nothing to open again.
  if (!keeps) return;

  it('has everything after it was opened again: events, positions, marks, deliveries, dead letters', async () => {
    const { open } = await make();
    let log = await open();
    const consumer = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 2 });
    await log.publish(['0', '1', '2', '3'].map((text) => event(text)));
    const deliveries = [await consumer.next(), await consumer.next(), await consumer.next(), await consumer.next()];
    const ids = deliveries.map((delivery) => delivery?.event.id ?? '');
    await acknowledge(log, consumer, ids[0] as string);
    await acknowledge(log, consumer, ids[2] as string);
    await log.settle({ topic: 'orders', group: 'g', ids: [ids[1] as string], outcome: 'nack', delayMs: 0 });
    await log.close();
    await expect(log.topics()).rejects.toMatchObject({ code: 'server.stopping' });

    log = await open();
    expect(await log.topics()).toMatchObject([{ events: 4, groups: [{ position: 1, lag: 2 }] }]);
    const after = await log.consume({ topic: 'orders', group: 'g', maxDeliveries: 2 });
    const [one, three] = [await after.next(), await after.next()];
    expect([one?.attempt, textOf(one), three?.attempt, textOf(three)]).toEqual([2, '1', 1, '3']);
    const receipt = { topic: 'orders', group: 'g', ids: [one?.event.id ?? ''] };
    await log.settle({ ...receipt, outcome: 'nack', delayMs: 0 });
    await log.close();

    log = await open();
    expect(await log.topics()).toMatchObject([{ groups: [{ position: 3, lag: 1, deadLetters: 1 }] }]);
    expect(await log.deadLetters('orders', 'g', undefined, 10)).toMatchObject([{ event: { offset: 1 } }]);
    expect(await log.publish([event('4')])).toMatchObject([{ offset: 4 }]);
  });
});
