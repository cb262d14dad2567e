import { join } from 'node:path';
import { MicroError } from '../../shared/contract/errors.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import { systemClock } from './base/clock.ts';
import type { Event } from './base/event.ts';
import { errorText, type Logger } from './base/logger.ts';
import { brokerMount } from './api/http/brokerMount.ts';
import { eventsMount } from './api/http/eventsMount.ts';
import { EVENTS_SOCKET, serveEventsSocket } from './api/http/eventsSocket.ts';
import type { HttpMount } from './api/http/httpMount.ts';
import type { Sockets } from './api/http/sockets.ts';
import type { Broker } from './events/broker.ts';
import { DeferredEventLog } from './events/deferredEventLog.ts';
import type { EventLimits, EventLog } from './events/eventLog.ts';
import { MemoryBroker } from './events/memoryBroker.ts';
import { NatsBroker } from './events/nats/natsBroker.ts';
import { NatsEventLog } from './events/nats/natsEventLog.ts';
import { openFileEventLog } from './events/openEventLog.ts';
import { TopicFlows } from './events/topicFlows.ts';
import { type EngineState, EngineWatch, localEngine, sayEngine } from './host/engineState.ts';
import { NatsLink } from './host/natsLink.ts';
import { natsSettings } from './host/natsSettings.ts';

const MEGABYTE = 1024 * 1024;
const HOUR_MS = 3600 * 1000;

/** What the events of a server work with. */
export interface ServerEventsOptions {
  home: string;
  /** Address of a NATS; undefined: a file of MICRO_HOME, and a broker of this server alone. */
  address: string | undefined;
  logger: Logger;
  sockets: Sockets;
  settings: { read(): Promise<{ settings: Settings }>; readonly onDidChange: Event<Settings> };
}

/** The events of a server and its broker. */
export interface ServerEvents {
  events: EventLog;
  broker: Broker;
  /** Both over plain HTTP. */
  mounts: readonly HttpMount[];
  /** Who publishes on which topic and who consumes it. */
  flows: TopicFlows;
  /** How the NATS is; `file` without one. */
  engine(): EngineState;
  /**
   * Connects when there is a NATS, so that an address or a password that is wrong is told at the start. One that is away is
   * no reason not to start: it may come back.
   */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the events and the broker; nothing is opened before it is used or started. Throws `engine.invalid-address`. */
export function createServerEvents({ home, address, logger, sockets, settings }: ServerEventsOptions): ServerEvents {
  const nats = address === undefined ? undefined : linkTo(address, logger);
  const limits = async () => limitsOf((await settings.read()).settings.events);
  const events = new DeferredEventLog(() =>
    nats
      ? NatsEventLog.open({ link: nats.link, clock: systemClock, logger, limits })
      : openFileEventLog(join(home, 'events'), { clock: systemClock, logger, limits }),
  );
  const broker = nats ? new NatsBroker(nats.link) : new MemoryBroker();
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
    engine: () => nats?.watch.state ?? localEngine('events', 'file'),
    async start() {
      if (!nats) return;
      await events.topics().catch((error: unknown) => {
        if (!(error instanceof MicroError && error.code === 'engine.unavailable')) throw error;
      });
    },
    async close() {
      subscription.dispose();
      await broker.close();
      await events.close();
      await nats?.link.close();
    },
  };
}

function linkTo(address: string, logger: Logger): { link: NatsLink; watch: EngineWatch } {
  const settings = natsSettings(address);
  const watch = new EngineWatch('events', 'nats', settings.shown, sayEngine(logger));
  return { link: new NatsLink({ settings, watch }), watch };
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
