import type { z } from 'zod';
import { Topics } from '../contract/gen/topics_pb.ts';
import { currentCall } from './callContext.ts';
import type { Connection } from './connection.ts';
import type { Logger } from './logger.ts';
import { type EventHandler, Subscription, type SubscribeOptions } from './subscription.ts';

/** Optional parts of an event. */
export interface PublishOptions {
  /** Events of one key are delivered to a group one after another. */
  key?: string;
  metadata?: Readonly<Record<string, string>>;
}

/** Topics with a history. An event that was published is on disk, and every group gets it at least once. */
export class Events {
  private readonly client;
  private readonly subscriptions = new Set<Subscription>();

  constructor(
    connection: Connection,
    private readonly logger: Logger,
  ) {
    this.client = connection.coreClient(Topics);
  }

  /** Publishes JSON, or bytes as they are; resolves once the event is on disk. The trace of the call goes along. */
  async publish(
    topic: string,
    payload: unknown,
    { key = '', metadata = {} }: PublishOptions = {},
  ): Promise<{ id: string; offset: number }> {
    if (payload === undefined) throw new TypeError('undefined is no payload');
    const traceparent = currentCall()?.traceparent;
    const { id, offset } = await this.client.publish({
      topic,
      key,
      metadata: { ...(traceparent === undefined ? {} : { traceparent }), ...metadata },
      payload: payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload)),
    });
    return { id, offset };
  }

  /**
   * Hands the events of a topic to `handler`, one at a time unless `concurrency` says more. When it resolves the event is
   * acknowledged; when it rejects the event comes again, after a growing pause. With a `group` each event goes to one of the
   * group's consumers, and the group goes on where it was; without one, to this consumer alone.
   */
  subscribe<S extends z.ZodType>(
    topic: string,
    options: SubscribeOptions & { schema: S },
    handler: EventHandler<z.output<S>>,
  ): Subscription;
  subscribe(topic: string, options: SubscribeOptions, handler: EventHandler<unknown>): Subscription;
  subscribe(topic: string, options: SubscribeOptions, handler: EventHandler<unknown>): Subscription {
    const subscription = new Subscription(this.client, this.logger, topic, options, handler);
    this.subscriptions.add(subscription);
    void subscription.ended.then(() => this.subscriptions.delete(subscription));
    return subscription;
  }

  /** Ends every subscription, each after the events that its handler has. */
  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
  }
}
