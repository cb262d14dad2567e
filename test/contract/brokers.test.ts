import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Broker, Subscription } from '../../electron/server/events/broker.ts';
import { MemoryBroker } from '../../electron/server/events/memoryBroker.ts';
import { NatsBroker } from '../../electron/server/events/nats/natsBroker.ts';
import { EngineWatch } from '../../electron/server/host/engineState.ts';
import { NatsLink } from '../../electron/server/host/natsLink.ts';
import { natsSettings } from '../../electron/server/host/natsSettings.ts';
import { type Nats, startNats } from '../helpers/engines/nats.ts';
import { waitFor } from '../helpers/waitFor.ts';

let started: Promise<Nats> | undefined;
let environments = 0;
afterAll(async () => (await started)?.dispose());

/** A broker of a server; with the same prefix, of another one of the same environment. */
async function natsBroker(
  prefix = `broker${++environments}`,
): Promise<{ broker: Broker; engine: Nats; prefix: string; link: NatsLink }> {
  started ??= startNats();
  const engine = await started;
  const settings = natsSettings(engine.address(prefix), {});
  const link = new NatsLink({ settings, watch: new EngineWatch('events', 'nats', settings.shown) });
  const broker = new NatsBroker(link);
  onTestFinished(async () => {
    await broker.close();
    await link.close();
  });
  return { broker, engine, prefix, link };
}

interface BrokerKind {
  name: string;
  /** Whether it can tell who got a message. */
  counts: boolean;
  /** Where is published and where is listened: two servers where they share the broker. */
  make(): Promise<{ here: Broker; there: Broker }>;
}

const kinds: BrokerKind[] = [
  {
    name: 'in memory',
    counts: true,
    async make() {
      const broker = new MemoryBroker();
      onTestFinished(() => broker.close());
      return { here: broker, there: broker };
    },
  },
  {
    name: 'on NATS',
    counts: false,
    async make() {
      const { broker, prefix } = await natsBroker();
      return { here: broker, there: (await natsBroker(prefix)).broker };
    },
  },
];

const message = (text: string, header: Record<string, string> = {}) => ({ header, body: Buffer.from(text) });
const texts = async (subscription: Subscription, count: number): Promise<string[]> => {
  const heard: string[] = [];
  while (heard.length < count) heard.push(Buffer.from((await subscription.next())?.body ?? []).toString());
  return heard;
};
const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

/** What every broker promises, whatever carries its messages. */
describe.each(kinds)('a broker $name', ({ counts, make }) => {
  it('gives a message to every subscriber, and of each queue to one', async () => {
    const { here, there } = await make();
    const [all, a, b, other] = [
      await there.subscribe('news'),
      await there.subscribe('news', 'q'),
      await here.subscribe('news', 'q'),
      await here.subscribe('news', 'r'),
    ];
    const heard: string[] = [];
    for (const member of [a, b])
      void (async () => {
        for (let one = await member.next(); one; one = await member.next())
          heard.push(Buffer.from(one.body).toString());
      })();
    for (const text of numbers(40)) expect(await here.publish('news', message(text))).toBe(counts ? 3 : undefined);
    expect(await texts(all, 40)).toEqual(numbers(40));
    expect(await texts(other, 40)).toEqual(numbers(40));
    await waitFor('the queue had them all', () => heard.length >= 40);
    expect(heard.map(Number).sort((x, y) => x - y)).toEqual(numbers(40).map(Number));
    for (const subscription of [all, a, b, other]) subscription.close();
  });

  it('gives back any header and any bytes, and none', async () => {
    const { here, there } = await make();
    const subscription = await there.subscribe('a.B_c-1');
    const header = { 'x y': 'é\n"', empty: '' };
    const body = Buffer.from([...new Array(256).keys()]);
    await here.publish('a.B_c-1', { header, body });
    await here.publish('a.B_c-1', { header: {}, body: Buffer.alloc(0) });
    const first = await subscription.next();
    expect([first?.header, Buffer.from(first?.body ?? [])]).toEqual([header, body]);
    expect(await subscription.next()).toMatchObject({
      header: {},
      body: expect.toSatisfy((b: Uint8Array) => b.length === 0),
    });
  });

  it('tells topics apart that differ in case, dots and length', async () => {
    const { here, there } = await make();
    const names = ['a.b', 'a', 'A', 'a_b', 'a-b', 'a=b'.replace('=', '.2e'), 'x'.repeat(128), `${'x'.repeat(127)}y`];
    const subscriptions = await Promise.all(names.map((name) => there.subscribe(name)));
    for (const name of names) await here.publish(name, message(name));
    for (const [index, name] of names.entries())
      expect(await texts(subscriptions[index] as Subscription, 1)).toEqual([name]);
  });

  it('never makes a publisher wait for a slow subscriber: the newest are kept', async () => {
    const { here, there } = await make();
    const slow = await there.subscribe('news');
    for (let n = 0; n < 1_200; n++) await here.publish('news', message(String(n)));
    let last = '';
    let dropped = 0;
    let heard = 0;
    for (; last !== '1199'; heard++) {
      const one = await slow.next();
      last = Buffer.from(one?.body ?? []).toString();
      dropped += one?.dropped ?? 0;
    }
    expect(heard + dropped).toBe(1_200);
  });

  it('tells who publishes and who hears', async () => {
    const { here, there } = await make();
    const flows: string[] = [];
    for (const broker of new Set([here, there]))
      broker.onDidFlow(({ topic, service, direction }) => flows.push(`${service} ${direction} ${topic}`));
    const subscription = await there.subscribe('news', '', 'mail');
    await here.publish('news', message('1'), 'shop');
    await subscription.next();
    expect(flows.sort()).toEqual(['mail consumed news', 'shop published news']);
  });

  it('ends a subscription that is closed, and refuses names and sizes', async () => {
    const { here } = await make();
    const subscription = await here.subscribe('news');
    const next = subscription.next();
    subscription.close();
    expect(await next).toBeUndefined();
    expect(await subscription.next()).toBeUndefined();
    await expect(here.publish('a b', message(''))).rejects.toMatchObject({ code: 'events.invalid-name' });
    await expect(here.subscribe('news', 'a b')).rejects.toMatchObject({ code: 'events.invalid-name' });
    await expect(here.publish('news', { header: {}, body: Buffer.alloc(8 * 1024 * 1024 + 1) })).rejects.toMatchObject({
      code: 'events.too-large',
    });
  });
});

describe('a broker on NATS that goes away', () => {
  it('says so, and goes on with the same subscriptions when it is back', async () => {
    const { broker, engine, prefix, link } = await natsBroker();
    const other = (await natsBroker(prefix)).broker;
    const subscription = await other.subscribe('news');
    await broker.publish('news', message('before'));
    expect(await texts(subscription, 1)).toEqual(['before']);
    await engine.stop('SIGKILL');
    // A message goes without an answer: until the end of the connection is seen it is lost unnoticed, at every moment of it.
    while (link.connection) {
      await broker.publish('news', message('lost')).catch(() => {});
      await new Promise(setImmediate);
    }
    await expect(broker.publish('news', message('lost'))).rejects.toMatchObject({
      code: 'engine.unavailable',
      message: expect.stringMatching(/the events at nats:\/\/127\.0\.0\.1:\d+\/broker\d+ is away since 20/) as string,
    });
    await engine.start();
    const next = subscription.next();
    let heard: string | undefined;
    void next.then((one) => (heard = Buffer.from(one?.body ?? []).toString()));
    await waitFor('it is back for both', async () => {
      await broker.publish('news', message('after')).catch(() => {});
      return heard !== undefined;
    });
    expect(heard).toBe('after');
  });

  it('is closed in that moment without a fault that nobody hears', async () => {
    for (let round = 0; round < 8; round++) {
      const { broker, engine, link } = await natsBroker();
      await broker.publish('news', message('before'));
      await engine.stop('SIGKILL');
      await broker.publish('news', message('lost')).catch(() => {});
      await link.close();
      await engine.start();
    }
  });

  it('refuses what is no address, what does not let it in, and says no word of a password', async () => {
    const engine = await startNats({ config: 'authorization { user: micro, password: geheim1 }' });
    onTestFinished(() => engine.dispose());
    const said = async (address: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
      try {
        const settings = natsSettings(address, env);
        const link = new NatsLink({ settings, watch: new EngineWatch('events', 'nats', settings.shown) });
        return await new NatsBroker(link)
          .publish('news', message(''))
          .then(() => 'published')
          .finally(() => link.close());
      } catch (error) {
        const { code, message: text, next } = error as { code: string; message: string; next?: string };
        return `${code} ${text} ${next ?? ''}`;
      }
    };
    const at = `127.0.0.1:${engine.port}`;
    const answers = [
      await said(`http://u:geheim1@${at}`),
      await said(`nats://u:geheim1@${at}/a b`),
      await said(`nats://u:geheim1@${at}?replicas=x`),
      await said(`nats://${at}`),
      await said(`nats://micro:geheim2@${at}`),
    ];
    expect(answers.map((answer) => answer.split(' ')[0])).toEqual([
      'engine.invalid-address',
      'engine.invalid-address',
      'engine.invalid-address',
      'engine.refused',
      'engine.refused',
    ]);
    expect(answers.join('\n')).not.toContain('geheim');
    expect(await said(`nats://${at}`, { NATS_USER: 'micro', NATS_PASSWORD: 'geheim1' })).toBe('published');
    expect(await said(`nats://micro@${at}`, { NATS_PASSWORD: 'geheim1' })).toBe('published');
  });
});
