import { onTestFinished } from 'vitest';
import { silentLogger } from '../../electron/server/base/logger.ts';
import type { Consumer, EventLimits, EventLog, NewEvent } from '../../electron/server/events/eventLog.ts';
import { openFileEventLog, openMemoryEventLog } from '../../electron/server/events/openEventLog.ts';
import { FakeClock } from './fakes/fakeClock.ts';
import { tempFolder } from './tempFolder.ts';

/** A kind of event log, with how to open one and, where it keeps anything, how to open the same one again. */
export interface EventLogKind {
  name: string;
  keeps: boolean;
  make(): Promise<EventLogPlace>;
}

/** Where logs of one test are opened. */
export interface EventLogPlace {
  clock: FakeClock;
  /** What holds of each topic; may be changed. */
  limits: EventLimits;
  open(): Promise<EventLog>;
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
];

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
