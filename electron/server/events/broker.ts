import type { Event } from '../base/event.ts';
import type { EventFlow } from './eventLog.ts';

/** A message to whoever listens. */
export interface BrokerMessage {
  header: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** A message as a subscriber gets it; `dropped` were left out before it, as the subscriber was too slow. */
export interface HeardMessage extends BrokerMessage {
  dropped: number;
}

/** One who listens to a topic. */
export interface Subscription {
  /** The next message, as soon as there is one; undefined once it is closed. One call at a time. */
  next(): Promise<HeardMessage | undefined>;
  close(): void;
}

/**
 * Messages to whoever listens at that moment: fire and forget, nothing is kept. Of the subscribers of a queue one gets a
 * message. A publisher never waits for a subscriber.
 */
export interface Broker {
  /** Who publishes and who hears. */
  readonly onDidFlow: Event<EventFlow>;
  /**
   * Resolves how many subscribers got the message; undefined where that cannot be known. Rejects with `events.*` for a name
   * or message that cannot be, and with `engine.unavailable` when what carries messages is away.
   */
  publish(topic: string, message: BrokerMessage, publisher?: string): Promise<number | undefined>;
  /** What is published once it has resolved is heard. `queue` empty: to everything. */
  subscribe(topic: string, queue?: string, service?: string): Promise<Subscription>;
  close(): Promise<void>;
}
