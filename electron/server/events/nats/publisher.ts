import { randomUUID } from 'node:crypto';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { NewEvent, Published } from '../eventLog.ts';
import { FACTS_HEADER, factsOf, HEADER_ROOM_BYTES } from './eventMessage.ts';
import { isUnheard, type Streams } from './streams.ts';
import { subjects } from './subjects.ts';

/** Publishes events, and each once: one whose acknowledgement was lost is sent again under the same id. */
export class Publisher {
  /** ms since 1970 of the newest event of each topic that this server published. */
  private readonly newest = new Map<string, number>();

  constructor(
    private readonly streams: Streams,
    private readonly nowMs: () => number,
  ) {}

  /**
   * Resolves once JetStream has acknowledged all of them. Those of a topic keep their order; when it refuses one in the
   * middle, those before it stay.
   */
  async publish(events: readonly NewEvent[]): Promise<Published[]> {
    const now = Math.floor(this.nowMs());
    const prepared = events.map((event) => {
      const time = Math.max(now, this.newest.get(event.topic) ?? 0);
      const facts = factsOf(event, time);
      this.checkSize(event, facts);
      return { event, time, facts, id: randomUUID() };
    });
    await Promise.all([...new Set(events.map(({ topic }) => topic))].map((topic) => this.streams.obtain(topic)));
    for (const { event, time } of prepared) this.newest.set(event.topic, time);
    return Promise.all(
      prepared.map(async ({ event, time, facts, id }) => ({ id, offset: await this.send(event, id, facts), time })),
    );
  }

  forget(topic: string): void {
    this.newest.delete(topic);
  }

  private async send({ topic, payload }: NewEvent, id: string, facts: string): Promise<number> {
    const subject = subjects.events(this.streams.prefix, topic);
    return this.streams.run(async ({ js, headers }) => {
      const more = headers();
      more.set(FACTS_HEADER, facts);
      try {
        return (await js.publish(subject, payload, { msgID: id, headers: more })).seq - 1;
      } catch (error) {
        if (!isUnheard(error)) throw error;
        // Another server removed the topic.
        this.streams.forget(topic);
        await this.streams.obtain(topic);
        throw error;
      }
    });
  }

  private checkSize({ topic, payload }: NewEvent, facts: string): void {
    const most = this.streams.link.maxPayload;
    const bytes = payload.length + facts.length + HEADER_ROOM_BYTES;
    if (bytes <= most) return;
    throw new MicroError('events.too-large', `an event of ${bytes} bytes for ${topic}; NATS takes ${most}`, {
      next: 'Keep its payload in the store and publish the key, or raise max_payload of nats-server.',
    });
  }
}
