import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import type { Consumer, EventLog } from '../../electron/server/events/eventLog.ts';
import { type Nats, startNats } from '../helpers/engines/nats.ts';
import { acknowledge, event, openNatsEventLog, takeTexts } from '../helpers/eventLogFixture.ts';
import { waitFor } from '../helpers/waitFor.ts';

let started: Promise<Nats> | undefined;
let prefixes = 0;
afterAll(async () => (await started)?.dispose());

/** A prefix of its own, and servers that have its events open. */
async function environment() {
  started ??= startNats();
  const engine = await started;
  const address = engine.address(`shared${++prefixes}`);
  return { engine, address, open: () => openNatsEventLog(address, systemClock) };
}

const idOf = async (consumer: Consumer) => {
  const delivery = await consumer.next();
  return { id: delivery?.event.id ?? '', text: Buffer.from(delivery?.event.payload ?? []).toString(), delivery };
};

/** Takes and acknowledges until it is closed; what it got, in order. */
function work(log: EventLog, consumer: Consumer): { texts: string[]; ids: string[] } {
  const got = { texts: [] as string[], ids: [] as string[] };
  void (async () => {
    for (let one = await consumer.next(); one; one = await consumer.next()) {
      const { id } = one.event;
      got.texts.push(Buffer.from(one.event.payload).toString());
      const unknown = await acknowledge(log, consumer, id).catch(() => [id]);
      if (unknown.length === 0) got.ids.push(id);
    }
  })();
  return got;
}

/** What servers that share their events may rely on, beside what every event log promises. */
describe('events that several servers have open', () => {
  it('go to one member of a group on any of them, in the order of their key, and every server knows the group', async () => {
    const { open } = await environment();
    const [a, b, c] = [(await open()).log, (await open()).log, (await open()).log];
    const consumers = [
      await a.consume({ topic: 'orders', group: 'g' }),
      await b.consume({ topic: 'orders', group: 'g' }),
      await c.consume({ topic: 'orders', group: 'g' }),
    ];
    const everything: string[] = [];
    const underWay = new Set<string>();
    consumers.forEach((consumer, index) => {
      const log = [a, b, c][index] as EventLog;
      void (async () => {
        for (let one = await consumer.next(); one; one = await consumer.next()) {
          const { key, id, payload } = one.event;
          // Nobody else has an event of this key at the same time.
          expect(underWay.has(key)).toBe(false);
          underWay.add(key);
          everything.push(Buffer.from(payload).toString());
          await new Promise<void>((resolve) => setImmediate(resolve));
          underWay.delete(key);
          expect(await acknowledge(log, consumer, id)).toEqual([]);
        }
      })();
    });
    for (let n = 0; n < 90; n++)
      await ([a, b, c][n % 3] as EventLog).publish([event(`${n % 5}:${n}`, { key: `k${n % 5}` })]);
    await waitFor('all are there', () => everything.length >= 90);
    expect(new Set(everything).size).toBe(90);
    for (let key = 0; key < 5; key++) {
      const numbers = everything.filter((text) => text.startsWith(`${key}:`)).map((text) => Number(text.split(':')[1]));
      expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
    }
    await waitFor('every server says that nothing is left', async () =>
      (await Promise.all([a, b, c].map((log) => log.topics('orders')))).every(
        ([info]) => info?.groups[0]?.lag === 0 && info.groups[0].members.length === 3,
      ),
    );
    // Whoever leads it, a group is moved, read and taken out from any server.
    consumers.forEach((consumer) => consumer.close());
    await waitFor('nobody is there', async () => (await c.topics('orders'))[0]?.groups[0]?.members.length === 0);
    for (const log of [a, b, c]) expect(await log.replay('orders', 'g', 'start')).toMatchObject({ lag: 90 });
    await b.removeGroup('orders', 'g');
    expect((await a.topics('orders'))[0]?.groups).toEqual([]);
  });

  it.each(['closes', 'dies'])(
    'go on with a group when the server that led it %s, and do not come again once acknowledged',
    async (how) => {
      const { open } = await environment();
      const [a, b] = [await open(), await open()];
      const first = await a.log.consume({ topic: 'orders', group: 'g' });
      const second = await b.log.consume({ topic: 'orders', group: 'g', maxUnacked: 1 });
      await a.log.publish(['0', '1', '2', '3'].map((text) => event(text)));
      const [one, two] = [await idOf(first), await idOf(first)];
      await acknowledge(a.log, first, one.id);
      expect(two.text).not.toBe(one.text);
      // A server that is killed says no word: its connection ends.
      if (how === 'closes') await a.log.close();
      else await a.link.close();
      const rest = (await takeTexts(b.log, second, 3)).map(Number).sort();
      expect(rest).toEqual([1, 2, 3]);
      expect(await b.log.topics('orders')).toMatchObject([{ groups: [{ lag: 0, position: 4 }] }]);
    },
  );

  it('tell the others of changes, and of who listens', async () => {
    const { open } = await environment();
    const [a, b] = [(await open()).log, (await open()).log];
    const changed = new Set<string>();
    b.onDidChange((topic) => changed.add(topic));
    const consumer = await a.consume({ topic: 'news' });
    await waitFor('the listener is known', async () => (await b.topics('news'))[0]?.listeners === 1);
    await expect(b.removeTopic('news')).rejects.toMatchObject({ code: 'events.in-use' });
    await a.publish([event('1', { topic: 'other' })]);
    await waitFor('the change is told', () => changed.has('other') && changed.has('news'));
    consumer.close();
    await waitFor('the listener is gone', async () => (await b.topics('news'))[0]?.listeners === 0);
    await b.removeTopic('news');
    // The one that knew it publishes it anew.
    expect(await a.publish([event('1', { topic: 'news' })])).toMatchObject([{ offset: 0 }]);
  });

  it('lose nothing acknowledged and keep nothing twice when NATS is killed under load, and go on by themselves', async () => {
    const { engine, open } = await environment();
    const [a, b] = [await open(), await open()];
    const group = { topic: 'orders', group: 'g', from: 'start' } as const;
    const works = [work(a.log, await a.log.consume(group)), work(b.log, await b.log.consume(group))];
    const listener = work(b.log, await b.log.consume({ topic: 'orders', autoAck: true }));
    const published = new Map<string, number>();
    const refused: string[] = [];
    let stop = false;
    let number = 0;
    const writers = [a, a, b, b].map(async ({ log }) => {
      while (!stop) {
        const text = `e${++number}`;
        await log.publish([event(text, { key: `k${number % 7}` })]).then(
          ([one]) => published.set(text, one?.offset as number),
          (error: { code?: string }) => refused.push(`${error.code} ${text}`),
        );
      }
    });
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      const before = published.size;
      await waitFor('events go through', () => published.size > before + 200);
      await engine.stop(signal);
      await engine.start();
    }
    const before = published.size;
    await waitFor('events go through again', () => published.size > before + 200);
    stop = true;
    await Promise.all(writers);
    // One of them may have been enough for that.
    await waitFor('both are back', () => [a, b].every(({ watch }) => watch.state.awaySince === undefined));
    expect(refused.filter((each) => !each.startsWith('engine.unavailable'))).toEqual([]);
    const kept = new Map<string, number>();
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page = await a.log.history({ topic: 'orders', from: { offset: from }, limit: 1000 });
      for (const { payload, offset } of page.events) {
        const text = Buffer.from(payload).toString();
        expect(kept.has(text)).toBe(false);
        kept.set(text, offset);
      }
      from = page.next;
    }
    for (const [text, offset] of published) expect(kept.get(text)).toBe(offset);
    const delivered = (): Set<string> => new Set(works.flatMap(({ texts }) => texts));
    await waitFor('every event was delivered', () => [...kept.keys()].every((text) => delivered().has(text)), 60_000);
    await waitFor(
      'the listener had every event',
      () => [...kept.keys()].every((text) => listener.texts.includes(text)),
      60_000,
    );
    // An acknowledgement that was confirmed holds.
    const confirmed = works.flatMap(({ ids }) => ids);
    expect(new Set(confirmed).size).toBe(confirmed.length);
    await waitFor('nothing is left', async () => (await b.log.topics('orders'))[0]?.groups[0]?.lag === 0);
    expect(a.watch.state).toMatchObject({ engine: 'nats', awaySince: undefined });
  });

  it('say which engine is away and since when, and are back by themselves', async () => {
    const { engine, open } = await environment();
    const { log, watch } = await open();
    await log.publish([event('1')]);
    const consumer = await log.consume({ topic: 'orders', group: 'g', from: 'start' });
    await engine.stop();
    await expect(log.publish([event('2')])).rejects.toMatchObject({ code: 'engine.unavailable', retryable: true });
    const begin = Date.now();
    const error = await log.topics().catch((reason: unknown) => reason as Error);
    expect(Date.now() - begin).toBeLessThan(2_000);
    expect((error as Error).message).toMatch(/the events at nats:\/\/127\.0\.0\.1:\d+\/.* is away since 20/);
    expect(watch.state.awaySince).toBeGreaterThan(0);
    const waiting = consumer.next();
    await engine.start();
    await waitFor('it is back without being asked', () => watch.state.awaySince === undefined);
    expect(Buffer.from((await waiting)?.event.payload ?? []).toString()).toBe('1');
    expect(await log.publish([event('3')])).toMatchObject([{ offset: 1 }]);
  });

  it('refuse a NATS without JetStream, and an event that is larger than it takes', async () => {
    const { open } = await environment();
    const { log } = await open();
    const large = event('', { payload: Buffer.alloc(1024 * 1024) });
    await expect(log.publish([event('fine'), large])).rejects.toMatchObject({
      code: 'events.too-large',
      message: expect.stringContaining('NATS takes 1048576') as string,
    });
    expect(await log.topics()).toEqual([]);
    const plain = await startNats({ plain: true });
    onTestFinished(() => plain.dispose());
    await expect(openNatsEventLog(plain.address('x'), systemClock)).rejects.toMatchObject({
      code: 'engine.refused',
      next: expect.stringContaining('-js') as string,
    });
  });
});
