import { join } from 'node:path';
import type { Settings } from '../../shared/contract/settings.ts';
import { systemClock } from './base/clock.ts';
import type { Event } from './base/event.ts';
import { errorText, type Logger } from './base/logger.ts';
import { brokerMount } from './api/http/brokerMount.ts';
import { eventsMount } from './api/http/eventsMount.ts';
import { EVENTS_SOCKET, serveEventsSocket } from './api/http/eventsSocket.ts';
import type { HttpMount } from './api/http/httpMount.ts';
import type { Sockets } from './api/http/sockets.ts';
import { Broker } from './events/broker.ts';
import { DeferredEventLog } from './events/deferredEventLog.ts';
import type { EventLimits, EventLog } from './events/eventLog.ts';
import { openFileEventLog } from './events/openEventLog.ts';
import { TopicFlows } from './events/topicFlows.ts';

const MEGABYTE = 1024 * 1024;
const HOUR_MS = 3600 * 1000;

/** What the events of a server work with. */
export interface ServerEventsOptions {
  home: string;
  logger: Logger;
  sockets: Sockets;
  settings: { read(): Promise<{ settings: Settings }>; readonly onDidChange: Event<Settings> };
}

/** The events of a server, in a folder of their own, and its broker. */
export interface ServerEvents {
  events: EventLog;
  broker: Broker;
  /** Both over plain HTTP. */
  mounts: readonly HttpMount[];
  /** Who publishes on which topic and who consumes it. */
  flows: TopicFlows;
  close(): Promise<void>;
}

/** Makes the events and the broker; nothing is opened before it is used. */
export function createServerEvents({ home, logger, sockets, settings }: ServerEventsOptions): ServerEvents {
  const events = new DeferredEventLog(() =>
    openFileEventLog(join(home, 'events'), {
      clock: systemClock,
      logger,
      limits: async () => limitsOf((await settings.read()).settings.events),
    }),
  );
  const broker = new Broker();
  const flows = new TopicFlows(systemClock);
  events.onDidFlow((flow) => flows.add(flow));
  broker.onDidFlow((flow) => flows.add(flow));
  sockets.mount(EVENTS_SOCKET, (socket, _rest, url, caller) => void serveEventsSocket(events, socket, url, caller));
  // A lower limit acts at once.
  const subscription = settings.onDidChange(() => {
    events.applyLimits().catch((error: unknown) => logger.warn(errorText(error)));
  });
  return {
    events,
    broker,
    flows,
    mounts: [eventsMount(events), brokerMount(broker)],
    async close() {
      subscription.dispose();
      broker.close();
      await events.close();
    },
  };
}

/** What the settings say of a topic. */
function limitsOf(settings: Settings['events']): (topic: string) => EventLimits {
  return (topic) => {
    const own = Object.hasOwn(settings.topics, topic) ? settings.topics[topic] : undefined;
    return {
      maxAgeMs: (own?.maxAgeHours ?? settings.maxAgeHours) * HOUR_MS,
      maxBytes: (own?.maxTopicMegabytes ?? settings.maxTopicMegabytes) * MEGABYTE,
      maxEvents: own?.maxTopicEvents ?? settings.maxTopicEvents,
    };
  };
}
