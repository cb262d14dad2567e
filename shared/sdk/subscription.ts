import type { Client } from '@connectrpc/connect';
import type { z } from 'zod';
import type { Delivery, Topics } from '../contract/gen/topics_pb.ts';
import { contextOf, inCall } from './callContext.ts';
import type { Logger } from './logger.ts';
import { withRetries } from './retry.ts';
import { checked } from './schema.ts';
import { reopened } from './watching.ts';

/** ms until an event that was not acknowledged is delivered again, when nobody says. */
const USUAL_ACK_WAIT_MS = 30_000;
/** An acknowledgement that is lost costs a second delivery, so it is tried more often than a call. */
const ACK_RETRIES = 5;

/** An event as a handler gets it. */
export interface ReceivedEvent<T> {
  id: string;
  topic: string;
  /** Counts the events of the topic. */
  offset: number;
  /** ms since 1970. */
  time: number;
  key: string;
  metadata: Readonly<Record<string, string>>;
  payload: T;
  /** 1 for the first delivery to the group. */
  attempt: number;
}

/** Does something with an event; what it throws makes the event come again. `signal` aborts when the service has to end. */
export type EventHandler<T> = (event: ReceivedEvent<T>, context: { signal: AbortSignal }) => unknown;

/** How a topic is consumed. */
export interface SubscribeOptions {
  /** Consumers of one group share the events. */
  group?: string;
  /** Where a new group begins: the oldest that is kept, what comes from now on (usual), or a time. */
  from?: 'start' | 'end' | Date;
  /** What payloads have to be; one that is not comes again and becomes a dead letter. */
  schema?: z.ZodType;
  /** Events that are handled at the same time. Usual: 1. */
  concurrency?: number;
  /** ms until an event that nobody acknowledged goes to another consumer; a handler may take longer. Usual: 30,000. */
  ackWaitMs?: number;
  /** Deliveries after which an event becomes a dead letter. Usual: 10. */
  maxDeliveries?: number;
}

/** Consumes a topic until it is closed; goes on after the connection was lost. */
export class Subscription {
  /** Resolves when it has ended, also when the server refused it, which the log tells. */
  readonly ended: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly stream = new AbortController();
  private readonly working = new Set<Promise<void>>();
  private consumer = '';
  private group = '';
  private next: number | undefined;

  constructor(
    private readonly client: Client<typeof Topics>,
    private readonly logger: Logger,
    private readonly topic: string,
    private readonly options: SubscribeOptions,
    private readonly handler: EventHandler<unknown>,
  ) {
    this.ended = this.consume().catch((error: unknown) => {
      this.logger.error(`the subscription of ${topic} has ended: ${(error as Error).message}`);
    });
  }

  /** Takes no further events, waits for the handlers that have one, and ends. Idempotent. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.working);
    this.stream.abort();
    await this.ended;
  }

  private async consume(): Promise<void> {
    const { concurrency = 1 } = this.options;
    for await (const delivery of reopened((signal) => this.open(signal, concurrency), this.stream.signal)) {
      if (!delivery.event) {
        this.consumer = delivery.consumer;
        this.group = delivery.group;
        continue;
      }
      // What arrives now was never begun: it goes to another consumer when the stream ends.
      if (this.stopping.signal.aborted) continue;
      const work = this.handle(delivery).finally(() => this.working.delete(work));
      this.working.add(work);
      while (this.working.size >= concurrency) await Promise.race(this.working);
    }
  }

  private open(signal: AbortSignal, concurrency: number): AsyncIterable<Delivery> {
    const { group = '', from = 'end', ackWaitMs = USUAL_ACK_WAIT_MS, maxDeliveries = 0 } = this.options;
    // Without a group nobody else remembers where it was when the connection broke.
    const at =
      this.next !== undefined && group === ''
        ? ({ case: 'offset', value: this.next } as const)
        : from instanceof Date
          ? ({ case: 'time', value: from.getTime() } as const)
          : ({ case: from, value: true } as const);
    return this.client.consume(
      { topic: this.topic, group, from: { at }, ackWaitMs, maxDeliveries, maxUnacked: concurrency },
      { signal },
    );
  }

  private async handle({ event, attempt }: Delivery): Promise<void> {
    if (!event) return;
    const { ackWaitMs = USUAL_ACK_WAIT_MS } = this.options;
    const receipt = { topic: this.topic, group: this.group, consumer: this.consumer, ids: [event.id] };
    const extending = setInterval(() => void this.client.extend(receipt).catch(() => {}), ackWaitMs / 3);
    const context = contextOf(
      new Headers({ traceparent: event.metadata.traceparent ?? '' }),
      this.stopping.signal,
      undefined,
    );
    await inCall(context, async () => {
      let reason: string | undefined;
      try {
        const { $typeName: _, payload, ...rest } = event;
        const received = { ...rest, payload: await this.read(payload), attempt };
        await this.handler(received, { signal: this.stopping.signal });
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(`event ${event.id} of ${this.topic} is delivered again: ${reason}`, { attempt });
      }
      clearInterval(extending);
      try {
        const settle = () =>
          reason === undefined ? this.client.ack(receipt) : this.client.nack({ ...receipt, reason });
        await withRetries(settle, { retries: ACK_RETRIES, idempotent: true, signal: this.stream.signal });
        if (reason === undefined) this.next = Math.max(this.next ?? 0, event.offset + 1);
      } catch (error) {
        this.logger.warn(`event ${event.id} of ${this.topic} comes again: ${(error as Error).message}`);
      }
    });
  }

  private async read(payload: Uint8Array): Promise<unknown> {
    let value: unknown = payload;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    } catch {
      // Not JSON: the handler gets the bytes.
    }
    return this.options.schema ? checked(this.options.schema, value, 'the payload') : value;
  }
}
