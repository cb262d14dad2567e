import { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred } from '../base/async.ts';
import { Emitter } from '../base/event.ts';
import type { EventFlow } from './eventLog.ts';
import { checkEventName, checkMetadata, checkPayload, MAX_CONSUMERS } from './limits.ts';

/** Messages, and bytes of them, that wait for one subscriber; beyond either the oldest are dropped and counted. */
const MAX_WAITING = 1_000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

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
 * message, in turn. A publisher never waits for a subscriber.
 */
export class Broker {
  private readonly topics = new Map<string, Set<Listener>>();
  private readonly flows = new Emitter<EventFlow>();
  /** Who publishes and who hears. */
  readonly onDidFlow = this.flows.event;

  /** Resolves how many subscribers got the message. Throws `events.*` for a name or message that cannot be. */
  publish(topic: string, message: BrokerMessage, publisher = ''): number {
    checkEventName('topic', topic);
    checkPayload(topic, message.body);
    checkMetadata(topic, message.header);
    const chosen = this.choose(topic);
    this.flows.fire({ topic, service: publisher, direction: 'published', count: 1 });
    for (const listener of chosen) {
      listener.hear(message);
      this.flows.fire({ topic, service: listener.service, direction: 'consumed', count: 1 });
    }
    return chosen.length;
  }

  /** Begins to listen at once. `queue` empty: to everything. */
  subscribe(topic: string, queue = '', service = ''): Subscription {
    checkEventName('topic', topic);
    if (queue !== '') checkEventName('queue', queue);
    const listeners = this.topics.get(topic) ?? new Set<Listener>();
    if (listeners.size >= MAX_CONSUMERS)
      throw new MicroError('events.limit', `${topic} has ${MAX_CONSUMERS} subscribers already`);
    const listener = new Listener(queue, service, () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.topics.get(topic) === listeners) this.topics.delete(topic);
    });
    listeners.add(listener);
    this.topics.set(topic, listeners);
    return listener;
  }

  close(): void {
    for (const listeners of this.topics.values()) for (const listener of [...listeners]) listener.close();
    this.flows.dispose();
  }

  /** All without a queue, and of each queue the one that was chosen longest ago. */
  private choose(topic: string): Listener[] {
    const listeners = this.topics.get(topic);
    if (!listeners) return [];
    const chosen: Listener[] = [];
    const served = new Set<string>();
    for (const listener of listeners) {
      if (listener.queue !== '') {
        if (served.has(listener.queue)) continue;
        served.add(listener.queue);
      }
      chosen.push(listener);
    }
    for (const listener of chosen) {
      listeners.delete(listener);
      listeners.add(listener);
    }
    return chosen;
  }
}

class Listener implements Subscription {
  private readonly waiting: BrokerMessage[] = [];
  private bytes = 0;
  private dropped = 0;
  private waiter: Deferred<HeardMessage | undefined> | undefined;
  private closed = false;

  constructor(
    readonly queue: string,
    readonly service: string,
    private readonly leave: () => void,
  ) {}

  hear(message: BrokerMessage): void {
    this.waiting.push(message);
    this.bytes += message.body.length;
    while (this.waiting.length > MAX_WAITING || (this.bytes > MAX_WAITING_BYTES && this.waiting.length > 1)) {
      this.bytes -= (this.waiting.shift() as BrokerMessage).body.length;
      this.dropped += 1;
    }
    this.serve();
  }

  next(): Promise<HeardMessage | undefined> {
    if (this.closed) return Promise.resolve(undefined);
    if (this.waiter) throw new Error('the subscription is asked for a message already');
    const waiter = new Deferred<HeardMessage | undefined>();
    this.waiter = waiter;
    this.serve();
    return waiter.promise;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.waiting.length = 0;
    this.waiter?.resolve(undefined);
    this.waiter = undefined;
    this.leave();
  }

  private serve(): void {
    const { waiter } = this;
    if (!waiter) return;
    const message = this.waiting.shift();
    if (!message) return;
    this.bytes -= message.body.length;
    this.waiter = undefined;
    waiter.resolve({ ...message, dropped: this.dropped });
    this.dropped = 0;
  }
}
