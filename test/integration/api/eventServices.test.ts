import { createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, it } from 'vitest';
import { brokerService } from '../../../electron/server/api/rpc/brokerService.ts';
import { errorInterceptor } from '../../../electron/server/api/rpc/errorInterceptor.ts';
import { eventsService } from '../../../electron/server/api/rpc/eventsService.ts';
import { topicsService } from '../../../electron/server/api/rpc/topicsService.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { MemoryBroker } from '../../../electron/server/events/memoryBroker.ts';
import type { EventLog } from '../../../electron/server/events/eventLog.ts';
import { openMemoryEventLog } from '../../../electron/server/events/openEventLog.ts';
import { Broker as BrokerContract } from '../../../shared/contract/gen/broker_pb.ts';
import { Store, Stream } from '../../../shared/contract/gen/events_pb.ts';
import { Topics } from '../../../shared/contract/gen/topics_pb.ts';

let events: EventLog;
let broker: MemoryBroker;
let transport: ReturnType<typeof createRouterTransport>;
const limits = async () => () => ({ maxAgeMs: 0, maxBytes: 1e9, maxEvents: 1e6 });
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);

beforeEach(async () => {
  events = await openMemoryEventLog({ clock: systemClock, logger: silentLogger, limits });
  broker = new MemoryBroker();
  transport = createRouterTransport(
    (router) => {
      eventsService(router, events);
      topicsService(router, { events, clock: systemClock });
      brokerService(router, broker);
    },
    { router: { interceptors: [errorInterceptor(silentLogger)] } },
  );
  return async () => {
    await broker.close();
    await events.close();
  };
});

/** Messages of a stream, one after the other; `stop` goes away from it. */
function reader<T>(start: (signal: AbortSignal) => AsyncIterable<T>) {
  const controller = new AbortController();
  const messages = start(controller.signal)[Symbol.asyncIterator]();
  return {
    next: async (): Promise<T | undefined> => ((await messages.next()) as { value?: T }).value,
    stop: () => controller.abort(),
  };
}

describe('topics.Topics', () => {
  it('publishes, delivers, takes receipts and pages through history', async () => {
    const client = createClient(Topics, transport);
    const consumer = reader((signal) => client.consume({ topic: 'orders', group: 'mail' }, { signal }));
    const standing = await consumer.next();
    expect(standing?.group).toBe('mail');
    expect(standing?.event).toBeUndefined();
    const metadata = { a: 'b' };
    const published = await client.publish({ topic: 'orders', key: 'k', metadata, payload: bytes('{"n":1}') });
    expect(published).toMatchObject({ offset: 0, id: expect.any(String) as string });
    const delivery = await consumer.next();
    expect(delivery).toMatchObject({ attempt: 1, event: { id: published.id, topic: 'orders', key: 'k', metadata } });
    expect(text(delivery?.event?.payload)).toBe('{"n":1}');
    const receipt = { topic: 'orders', group: 'mail', ids: [published.id], consumer: standing?.consumer ?? '' };
    expect((await client.extend(receipt)).unknown).toEqual([]);
    expect((await client.nack({ ...receipt, delayMs: 1 })).unknown).toEqual([]);
    expect(await consumer.next()).toMatchObject({ attempt: 2 });
    expect((await client.nack({ ...receipt, consumer: 'another' })).unknown).toEqual([published.id]);
    expect((await client.ack(receipt)).unknown).toEqual([]);
    const { topics } = await client.list({});
    expect(topics).toMatchObject([{ name: 'orders', events: 1, groups: [{ name: 'mail', lag: 0, position: 1 }] }]);
    const page = await client.history({ topic: 'orders', payloadLimit: 2 });
    expect(page.next).toBeUndefined();
    expect(page).toMatchObject({ events: [{ payloadBytes: 7 }] });
    expect(text(page.events[0]?.event?.payload)).toBe('{"');
    const to = { at: { case: 'start' as const, value: true } };
    expect(await client.replay({ topic: 'orders', group: 'mail', to })).toMatchObject({ position: 0, lag: 1 });
    expect(await consumer.next()).toMatchObject({ attempt: 1, event: { id: published.id } });
    consumer.stop();
  });

  it('gives what a reader that goes away did not acknowledge to the next', async () => {
    const client = createClient(Topics, transport);
    await client.publish({ topic: 'orders', payload: bytes('1') });
    const from = { at: { case: 'start' as const, value: true } };
    const first = reader((signal) => client.consume({ topic: 'orders', group: 'g', from }, { signal }));
    await first.next();
    await first.next();
    const second = reader((signal) => client.consume({ topic: 'orders', group: 'g' }, { signal }));
    await second.next();
    first.stop();
    expect(await second.next()).toMatchObject({ attempt: 2 });
    second.stop();
  });

  it('shows the list anew after a change', async () => {
    const client = createClient(Topics, transport);
    const watch = reader((signal) => client.watch({}, { signal }));
    expect((await watch.next())?.topics).toEqual([]);
    const next = watch.next();
    await client.publish({ topic: 'orders', payload: bytes('1') });
    expect((await next)?.topics).toMatchObject([{ name: 'orders', events: 1 }]);
    watch.stop();
  });

  it('refuses with a code what cannot be', async () => {
    const client = createClient(Topics, transport);
    await expect(client.publish({ topic: 'a b' })).rejects.toThrow(/topic "a b" is no name/);
    await expect(client.history({ topic: 'orders' })).rejects.toThrow(/there is no topic orders/);
    await expect(client.replay({ topic: 'orders', group: 'g' })).rejects.toThrow(/to is missing/);
    await expect(client.history({ topic: 'orders', limit: 1001 })).rejects.toThrow(/limit 1001 is more than 1000/);
  });
});

describe("micro's events", () => {
  it('go through Stream, and stand in Store', async () => {
    const [stream, store] = [createClient(Stream, transport), createClient(Store, transport)];
    const metadata = { a: 'b', 'micro-key': 'k' };
    await stream.publish({ topic: 'orders', payload: bytes('1'), metadata, timestamp: 1_600_000_000n });
    await store.write({ event: { topic: 'orders', payload: bytes('2') } });
    expect((await events.history({ topic: 'orders', limit: 1 })).events).toMatchObject([
      { key: 'k', metadata: { a: 'b' } },
    ]);
    const consumer = reader((signal) =>
      stream.consume({ topic: 'orders', group: 'g', offset: 1n, autoAck: true }, { signal }),
    );
    expect(await consumer.next()).toMatchObject({ topic: 'orders', metadata, timestamp: 1_600_000_000n });
    expect(text((await consumer.next())?.payload)).toBe('2');
    consumer.stop();
    const { events: read } = await store.read({ topic: 'orders', offset: 1n });
    expect(read.map(({ payload }) => text(payload))).toEqual(['2']);
    await expect(store.write({ event: { topic: 'orders', id: 'mine' } })).rejects.toThrow(/id "mine"/);
    await expect(store.write({ event: { topic: 'orders' }, ttl: 5n })).rejects.toThrow(/ttl 5/);
  });
});

describe('broker.Broker', () => {
  it('tells whoever listens, of a queue one', async () => {
    const client = createClient(BrokerContract, transport);
    const listen = (queue: string) =>
      reader((signal) => client.subscribe({ topic: 'news', queue, announce: true }, { signal }));
    const readers = [listen(''), listen('q'), listen('q')];
    for (const each of readers) expect((await each.next())?.header).toEqual({ 'micro-subscribed': 'news' });
    const heard: string[] = [];
    const all = readers.map(async (each, index) => {
      for (let message = await each.next(); message; message = await each.next())
        heard.push(`${index} ${text(message.body)}`);
    });
    for (const body of ['1', '2']) await client.publish({ topic: 'news', message: { header: {}, body: bytes(body) } });
    await expect.poll(() => heard.length, { timeout: 30_000 }).toBe(4);
    expect(heard.filter((one) => one.startsWith('0'))).toEqual(['0 1', '0 2']);
    expect(heard.filter((one) => !one.startsWith('0')).sort()).toEqual(['1 1', '2 2']);
    for (const each of readers) each.stop();
    await Promise.allSettled(all);
  });
});
