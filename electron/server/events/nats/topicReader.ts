import { randomUUID } from 'node:crypto';
import type { Consumer } from '@nats-io/jetstream';
import { Deferred } from '../../base/async.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { StoredEvent } from '../eventLog.ts';
import { eventOf } from './eventMessage.ts';
import type { Streams } from './streams.ts';
import { topicStream } from './subjects.ts';

/** Events of one request; and bytes, by the size of those before. More is in memory at once. */
const MOST_EVENTS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
/** ms that a request waits for events. */
const WAIT_MS = 30_000;
/** ms after which JetStream forgets a reader that is not heard of. */
const FORGET_MS = 60_000;
const MS_IN_NS = 1_000_000;
/** ms before a reader is made anew when it went wrong. */
const PAUSE_MS = 200;

/** What {@link TopicReader} works with. */
export interface TopicReaderOptions {
  streams: Streams;
  topic: string;
  /** The offset to go on with. */
  next(): number;
  /** Whether more is wanted now. */
  isWanted(): boolean;
  take(event: StoredEvent): void;
}

/**
 * Reads a topic from an offset on, as far as is wanted, with a consumer of JetStream that needs no acknowledgements. When
 * the connection breaks or one is missing, it begins anew where it was.
 */
export class TopicReader {
  private readonly stopping = new AbortController();
  private wake = new Deferred<void>();
  private running: Promise<void> | undefined;
  private consumer: { consumer: Consumer; delivered: number } | undefined;
  private abort: (() => void) | undefined;
  private bytesPerEvent = 1024;
  private generation = 0;
  private readonly subscription: Disposable;

  constructor(private readonly options: TopicReaderOptions) {
    this.subscription = options.streams.link.onDidReconnect(() => this.restart());
  }

  /** Something may be wanted now. */
  look(): void {
    if (this.stopping.signal.aborted || !this.options.isWanted()) return;
    this.wake.resolve();
    this.running ??= this.run();
  }

  /** Nothing is wanted for a while. */
  pause(): void {
    this.generation += 1;
    this.dropConsumer();
  }

  /** Goes on at another offset, or with another consumer. */
  restart(): void {
    this.generation += 1;
    this.dropConsumer();
    this.look();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.subscription.dispose();
    this.wake.resolve();
    this.dropConsumer();
    await this.running;
  }

  private dropConsumer(): void {
    this.consumer = undefined;
    this.abort?.();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if (!this.options.isWanted()) {
        this.wake = new Deferred();
        if (!this.options.isWanted()) await this.wake.promise;
        continue;
      }
      try {
        await this.fetch();
      } catch {
        this.consumer = undefined;
        // Whether NATS is there is for the connection to say; here it is only tried again.
        await sleep(systemClock, PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  private async fetch(): Promise<void> {
    const { topic, next, take } = this.options;
    const { generation } = this;
    const current = this.consumer ?? (await this.makeConsumer());
    if (generation !== this.generation || this.stopping.signal.aborted) return;
    this.consumer = current;
    const most = Math.max(1, Math.min(MOST_EVENTS, Math.floor(MOST_BYTES / this.bytesPerEvent)));
    const messages = await current.consumer.fetch({ max_messages: most, expires: WAIT_MS });
    const abort = (): void => messages.stop();
    this.abort = abort;
    try {
      // What came about while it was asked for.
      if (generation !== this.generation || this.stopping.signal.aborted) return;
      for await (const message of messages) {
        if (generation !== this.generation || this.stopping.signal.aborted) return;
        const { info, seq, data, headers } = message;
        current.delivered += 1;
        // One is missing: it went to a connection that broke.
        if (info.deliverySequence !== current.delivered) throw new Error('an event was lost on its way');
        this.bytesPerEvent = Math.max(256, (this.bytesPerEvent * 7 + data.length) / 8);
        if (seq - 1 >= next()) take(eventOf(topic, { seq, data, headers, takenAtMs: info.timestampNanos / MS_IN_NS }));
      }
    } finally {
      if (this.abort === abort) this.abort = undefined;
      messages.stop();
    }
  }

  private makeConsumer(): Promise<{ consumer: Consumer; delivered: number }> {
    const { streams, topic, next } = this.options;
    return streams.run(async ({ js, jsm }) => {
      const info = await jsm.consumers.add(topicStream(streams.prefix, topic), {
        name: `micro-${randomUUID()}`,
        ack_policy: 'none',
        deliver_policy: 'by_start_sequence',
        opt_start_seq: next() + 1,
        inactive_threshold: FORGET_MS * MS_IN_NS,
        mem_storage: true,
        num_replicas: 1,
      });
      return { consumer: js.consumers.getConsumerFromInfo(info), delivered: 0 };
    });
  }
}
