import { expect, it } from 'vitest';
import { MemoryBroker } from '../../../electron/server/events/memoryBroker.ts';

const message = (text: string) => ({ header: {}, body: Buffer.from(text) });

it('the subscribers of a queue take turns', async () => {
  const broker = new MemoryBroker();
  const [a, b] = [await broker.subscribe('news', 'q'), await broker.subscribe('news', 'q')];
  for (const text of ['1', '2', '3', '4']) await broker.publish('news', message(text));
  expect([String((await a.next())?.body), String((await a.next())?.body)]).toEqual(['1', '3']);
  expect([String((await b.next())?.body), String((await b.next())?.body)]).toEqual(['2', '4']);
  for (const one of [a, b]) one.close();
  expect(await broker.publish('news', message('nobody hears'))).toBe(0);
});

it('a slow subscriber is told how many messages were left out before the next', async () => {
  const broker = new MemoryBroker();
  const slow = await broker.subscribe('news');
  for (let n = 0; n < 1_005; n++) await broker.publish('news', message(String(n)));
  const first = await slow.next();
  expect([String(first?.body), first?.dropped]).toEqual(['5', 5]);
  expect((await slow.next())?.dropped).toBe(0);
  slow.close();
});

it('large messages are dropped by their bytes, but never the newest', async () => {
  const broker = new MemoryBroker();
  const slow = await broker.subscribe('news');
  for (let n = 0; n < 4; n++) await broker.publish('news', { header: {}, body: Buffer.alloc(7 * 1024 * 1024, n) });
  const heard = [await slow.next(), await slow.next()];
  expect(heard.map((one) => [one?.body[0], one?.dropped])).toEqual([
    [2, 2],
    [3, 0],
  ]);
  slow.close();
});

it('closing it ends its subscriptions', async () => {
  const broker = new MemoryBroker();
  const subscription = await broker.subscribe('news');
  const next = subscription.next();
  await broker.close();
  expect(await next).toBeUndefined();
});
