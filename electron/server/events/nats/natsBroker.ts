import { MicroError } from '../../../../shared/contract/errors.ts';
import { Emitter } from '../../base/event.ts';
import type { NatsLink } from '../../host/natsLink.ts';
import type { Broker, BrokerMessage, Subscription } from '../broker.ts';
import type { EventFlow } from '../eventLog.ts';
import { Listener } from '../listener.ts';
import { checkMessage, checkRoom, checkSubscription } from '../memoryBroker.ts';
import { subjects, token } from './subjects.ts';

/** Bytes of the length in front of a message's header. */
const LENGTH_BYTES = 4;
/** Bytes that a message may need beside what is ours. */
const ROOM_BYTES = 1024;

/**
 * A broker on NATS itself, without JetStream, so on all servers that share it: a queue is a queue group. Each subscriber is
 * a subscription there, which reads as fast as it can; what waits for a slow one is bounded here.
 */
export class NatsBroker implements Broker {
  private readonly flows = new Emitter<EventFlow>();
  readonly onDidFlow = this.flows.event;
  /** Those of this server, by topic. */
  private readonly topics = new Map<string, Set<Listener>>();

  constructor(private readonly link: NatsLink) {}

  async publish(topic: string, message: BrokerMessage, publisher = ''): Promise<undefined> {
    checkMessage(topic, message);
    const bytes = encode(message);
    await this.link.run(async (connection) => {
      const most = this.link.maxPayload - ROOM_BYTES;
      if (bytes.length > most)
        throw new MicroError(
          'events.too-large',
          `a message of ${bytes.length} bytes for ${topic}; NATS takes ${most}`,
          {
            next: 'Keep it in the store and publish its key, or raise max_payload of nats-server.',
          },
        );
      connection.publish(subjects.broker(this.link.settings.prefix, topic), bytes);
    });
    this.flows.fire({ topic, service: publisher, direction: 'published', count: 1 });
    return undefined;
  }

  async subscribe(topic: string, queue = '', service = ''): Promise<Subscription> {
    checkSubscription(topic, queue);
    const { prefix } = this.link.settings;
    return this.link.run(async (connection) => {
      const listeners = this.topics.get(topic) ?? new Set<Listener>();
      checkRoom(topic, listeners.size);
      const subscription = connection.subscribe(subjects.broker(prefix, topic), {
        ...(queue === '' ? {} : { queue: token(queue) }),
        callback: (error, { data }) => {
          if (error) return;
          const message = decode(data);
          if (!message) return;
          listener.hear(message);
          this.flows.fire({ topic, service, direction: 'consumed', count: 1 });
        },
      });
      const listener = new Listener(queue, service, () => {
        subscription.unsubscribe();
        listeners.delete(listener);
        if (listeners.size === 0 && this.topics.get(topic) === listeners) this.topics.delete(topic);
      });
      listeners.add(listener);
      this.topics.set(topic, listeners);
      try {
        // What is published after this answer is heard.
        await connection.flush();
      } catch (error) {
        listener.close();
        throw error;
      }
      return listener;
    });
  }

  async close(): Promise<void> {
    for (const listeners of this.topics.values()) for (const listener of [...listeners]) listener.close();
    this.flows.dispose();
  }
}

/** Header and body in one: a header of NATS has no room for every text. */
function encode({ header, body }: BrokerMessage): Uint8Array {
  const text = Buffer.from(Object.keys(header).length > 0 ? JSON.stringify(header) : '', 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, body]);
}

/** Undefined: it is none of ours. */
function decode(data: Uint8Array): BrokerMessage | undefined {
  const bytes = Buffer.from(data);
  if (bytes.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + bytes.readUInt32BE(0);
  if (end > bytes.length) return undefined;
  try {
    const header =
      end === LENGTH_BYTES ? {} : (JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)) as BrokerMessage['header']);
    return { header, body: bytes.subarray(end) };
  } catch {
    return undefined;
  }
}
