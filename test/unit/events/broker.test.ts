import { expect, it } from 'vitest';
import { Broker } from '../../../electron/server/events/broker.ts';

const message = (text: string, header: Record<string, string> = {}) => ({ header, body: Buffer.from(text) });

it('a message goes to every subscriber, and of each queue to one in turn', async () => {
  const broker = new Broker();
  const [all, a, b, other] = [
    broker.subscribe('news'),
    broker.subscribe('news', 'q'),
    broker.subscribe('news', 'q'),
    broker.subscribe('news', 'r'),
  ];
  expect(broker.publish('news', message('1', { h: 'v' }))).toBe(3);
  expect(broker.publish('news', message('2'))).toBe(3);
  const texts = async (subscription: typeof all, count: number): Promise<string[]> => {
    const heard: string[] = [];
    while (heard.length < count) heard.push(String((await subscription.next())?.body));
    return heard;
  };
  expect(await texts(all, 2)).toEqual(['1', '2']);
  expect(await texts(a, 1)).toEqual(['1']);
  expect(await texts(b, 1)).toEqual(['2']);
  expect(await texts(other, 2)).toEqual(['1', '2']);
  for (const subscription of [all, a, b, other]) subscription.close();
  expect(broker.publish('news', message('nobody hears'))).toBe(0);
});

it('a slow subscriber is told how many messages were left out before the next', async () => {
  const broker = new Broker();
  const slow = broker.subscribe('news');
  for (let n = 0; n < 1_005; n++) broker.publish('news', message(String(n)));
  const first = await slow.next();
  expect([String(first?.body), first?.dropped]).toEqual(['5', 5]);
  expect((await slow.next())?.dropped).toBe(0);
  slow.close();
});

it('large messages are dropped by their bytes, but never the newest', async () => {
  const broker = new Broker();
  const slow = broker.subscribe('news');
  for (let n = 0; n < 4; n++) broker.publish('news', { header: {}, body: Buffer.alloc(7 * 1024 * 1024, n) });
  const heard = [await slow.next(), await slow.next()];
  expect(heard.map((one) => [one?.body[0], one?.dropped])).toEqual([
    [2, 2],
    [3, 0],
  ]);
  slow.close();
});

it('a closed subscription ends, and names are checked', async () => {
  const broker = new Broker();
  const subscription = broker.subscribe('news');
  const next = subscription.next();
  broker.close();
  expect(await next).toBeUndefined();
  expect(() => broker.publish('a b', message(''))).toThrow(/topic "a b" is no name/);
  expect(() => broker.subscribe('news', 'a b')).toThrow(/queue "a b" is no name/);
});
