import { afterAll, onTestFinished } from 'vitest';
import { silentLogger } from '../../electron/server/base/logger.ts';
import type { Consumer, EventLimits, EventLog, NewEvent } from '../../electron/server/events/eventLog.ts';
import { openFileEventLog, openMemoryEventLog } from '../../electron/server/events/openEventLog.ts';
import { NatsEventLog } from '../../electron/server/events/nats/natsEventLog.ts';
import type { Clock } from '../../electron/server/base/clock.ts';
import { EngineWatch } from '../../electron/server/host/engineState.ts';
import { NatsLink } from '../../electron/server/host/natsLink.ts';
import { natsSettings } from '../../electron/server/host/natsSettings.ts';
import { type Nats, startNats } from './engines/nats.ts';
import { FakeClock } from './fakes/fakeClock.ts';
import { tempFolder } from './tempFolder.ts';

/** A kind of event log, with how to open one and, where it keeps anything, how to open the same one again. */
export interface EventLogKind {
  name: string;
  keeps: boolean;
  /** Several servers may have it open at a time; time is the engine's where events become old. */
  isShared?: boolean;
  make(): Promise<EventLogPlace>;
}

/** Where logs of one test are opened. */
export interface EventLogPlace {
  clock: FakeClock;
  /** What holds of each topic; may be changed. */
  limits: EventLimits;
  open(): Promise<EventLog>;
  /** Stops and starts what several servers share. */
  restart?(): Promise<void>;
}

const noLimits = (): EventLimits => ({ maxAgeMs: 0, maxBytes: 1e12, maxEvents: 1e9 });

/** Every kind of event log there is. */
export const eventLogKinds: EventLogKind[] = [
  {
    name: 'in memory',
    keeps: false,
    async make() {
      const place = { clock: new FakeClock(), limits: noLimits() };
      const options = { clock: place.clock, logger: silentLogger, limits: async () => () => place.limits };
      return Object.assign(place, { open: async () => closedAtEnd(await openMemoryEventLog(options)) });
    },
  },
  {
    name: 'in a file',
    keeps: true,
    async make() {
      const place = { clock: new FakeClock(), limits: noLimits() };
      const options = { clock: place.clock, logger: silentLogger, limits: async () => () => place.limits };
      const folder = await tempFolder('events');
      return Object.assign(place, { open: async () => closedAtEnd(await openFileEventLog(folder, options)) });
    },
  },
  {
    name: 'on NATS',
    keeps: true,
    isShared: true,
    async make() {
      const place = { clock: new FakeClock(), limits: noLimits() };
      const { engine, address } = await natsPrefix();
      const open = async () => (await openNatsEventLog(address, place.clock, () => place.limits)).log;
      const restart = async (): Promise<void> => {
        await engine.stop();
        await engine.start();
      };
      return Object.assign(place, { open, restart });
    },
  },
];

let started: Promise<Nats> | undefined;
let prefixes = 0;
afterAll(async () => (await started)?.dispose());

/** The NATS of this file of tests, started with the first that asks, and a prefix of it that nobody else has. */
export async function natsPrefix(): Promise<{ engine: Nats; address: string }> {
  started ??= startNats();
  const engine = await started;
  return { engine, address: engine.address(`test${++prefixes}`) };
}

/** An event log on a NATS with a connection of its own, as a server has it; both are closed at the end of the test. */
export async function openNatsEventLog(
  address: string,
  clock: Clock,
  limits: () => EventLimits = noLimits,
): Promise<{ log: EventLog; watch: EngineWatch; link: NatsLink }> {
  const settings = natsSettings(address, {});
  const watch = new EngineWatch('events', 'nats', settings.shown);
  const link = new NatsLink({ settings, watch });
  const opened = NatsEventLog.open({ link, clock, logger: silentLogger, limits: async () => () => limits() });
  onTestFinished(async () => {
    await (await opened.catch(() => undefined))?.close();
    await link.close();
  });
  return { log: await opened, watch, link };
}

/** An event of text for the topic that most tests use. */
export function event(text: string, more: Partial<NewEvent> = {}): NewEvent {
  return { topic: 'orders', payload: Buffer.from(text), ...more };
}

/** What a consumer is told next, as text; `closed` when it was closed. */
export async function nextText(consumer: Consumer): Promise<string> {
  const delivery = await consumer.next();
  return delivery ? Buffer.from(delivery.event.payload).toString() : 'closed';
}

/** Takes so many events, acknowledging each. */
export async function takeTexts(log: EventLog, consumer: Consumer, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const delivery = await consumer.next();
    if (!delivery) break;
    texts.push(Buffer.from(delivery.event.payload).toString());
    await acknowledge(log, consumer, delivery.event.id);
  }
  return texts;
}

/** Says that an event was processed. */
export function acknowledge(log: EventLog, consumer: Consumer, id: string): Promise<string[]> {
  return log.settle({ topic: 'orders', group: consumer.group, ids: [id], outcome: 'ack' });
}

function closedAtEnd(log: EventLog): EventLog {
  onTestFinished(() => log.close());
  return log;
}
