import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { ConsumeOptions, Consumer, EventFlow } from '../eventLog.ts';
import { newGroup } from './groupDocument.ts';
import { LedGroup } from './ledGroup.ts';
import { resolvePosition } from './positions.ts';
import type { Streams } from './streams.ts';

/** What {@link Listeners} works with. */
export interface ListenersOptions {
  streams: Streams;
  clock: Clock;
  handleChange(topic: string): void;
  handleFlow(flow: EventFlow): void;
}

/** The consumers of this server without a group: each has one of its own, which is not remembered. */
export class Listeners {
  private readonly all = new Map<string, { topic: string; led: LedGroup; close(): void }>();

  constructor(private readonly options: ListenersOptions) {}

  get size(): number {
    return this.all.size;
  }

  /** Topics that somebody listens to. */
  get topics(): Set<string> {
    return new Set([...this.all.values()].map(({ topic }) => topic));
  }

  /** The group of one, by its name. */
  find(name: string): LedGroup | undefined {
    return this.all.get(name)?.led;
  }

  countOf(topic: string): number {
    return [...this.all.values()].filter((listener) => listener.topic === topic).length;
  }

  async listen(options: ConsumeOptions): Promise<Consumer> {
    const { streams, clock, handleChange, handleFlow } = this.options;
    const { topic } = options;
    const facts = await streams.facts(topic);
    const floor = await resolvePosition(streams, facts, options.from ?? 'end');
    const id = randomUUID();
    // No group can have such a name, as it begins with a dash.
    const name = `-${id}`;
    const led = await LedGroup.open(
      {
        ...{ topic, name, facts, streams, store: undefined, clock, server: '', handleFlow },
        handleChange: () => handleChange(topic),
        handleFailure: () => {},
        handleLost: () => {},
      },
      { document: newGroup(floor), revision: 0 },
    );
    const member = led.group.join(id, options);
    const close = (): void => {
      if (!this.all.delete(name)) return;
      member.close();
      void led.abandon();
      handleChange(topic);
    };
    this.all.set(name, { topic, led, close });
    return { id, group: name, next: () => member.next(), close };
  }

  close(): void {
    for (const { close } of [...this.all.values()]) close();
  }
}
