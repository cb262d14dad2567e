import { MicroError } from '../../../shared/contract/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Broker, BrokerMessage, Subscription } from './broker.ts';
import type { EventFlow } from './eventLog.ts';
import { checkEventName, checkMetadata, checkPayload, MAX_CONSUMERS } from './limits.ts';
import { Listener } from './listener.ts';

/** A broker for those who are connected to this server. Of the subscribers of a queue each gets a message in turn. */
export class MemoryBroker implements Broker {
  private readonly topics = new Map<string, Set<Listener>>();
  private readonly flows = new Emitter<EventFlow>();
  readonly onDidFlow = this.flows.event;

  async publish(topic: string, message: BrokerMessage, publisher = ''): Promise<number> {
    checkMessage(topic, message);
    const chosen = this.choose(topic);
    this.flows.fire({ topic, service: publisher, direction: 'published', count: 1 });
    for (const listener of chosen) {
      listener.hear(message);
      this.flows.fire({ topic, service: listener.service, direction: 'consumed', count: 1 });
    }
    return chosen.length;
  }

  async subscribe(topic: string, queue = '', service = ''): Promise<Subscription> {
    checkSubscription(topic, queue);
    const listeners = this.topics.get(topic) ?? new Set<Listener>();
    checkRoom(topic, listeners.size);
    const listener = new Listener(queue, service, () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.topics.get(topic) === listeners) this.topics.delete(topic);
    });
    listeners.add(listener);
    this.topics.set(topic, listeners);
    return listener;
  }

  async close(): Promise<void> {
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

/** Refuses what cannot be published. */
export function checkMessage(topic: string, message: BrokerMessage): void {
  checkEventName('topic', topic);
  checkPayload(topic, message.body);
  checkMetadata(topic, message.header);
}

/** Refuses names that are none. */
export function checkSubscription(topic: string, queue: string): void {
  checkEventName('topic', topic);
  if (queue !== '') checkEventName('queue', queue);
}

/** Refuses another subscriber when a topic has as many as there may be. */
export function checkRoom(topic: string, subscribers: number): void {
  if (subscribers >= MAX_CONSUMERS)
    throw new MicroError('events.limit', `${topic} has ${MAX_CONSUMERS} subscribers already`);
}
