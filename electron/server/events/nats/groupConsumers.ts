import { randomUUID } from 'node:crypto';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { ConsumeOptions, Consumer } from '../eventLog.ts';
import { MAX_GROUPS } from '../limits.ts';
import type { GroupActions } from './groupActions.ts';
import { GroupConsumer } from './groupConsumer.ts';
import type { Groups } from './groups.ts';
import type { GroupStore } from './groupStore.ts';
import type { Peers } from './peers.ts';

/** What {@link GroupConsumers} works with. */
export interface GroupConsumersOptions {
  groups: Groups;
  store: GroupStore;
  peers: Peers;
  actions: GroupActions;
}

/** The consumers of groups that this server has, wherever their groups are led. */
export class GroupConsumers {
  private readonly consumers = new Set<GroupConsumer>();

  constructor(private readonly options: GroupConsumersOptions) {}

  get size(): number {
    return this.consumers.size;
  }

  /** Joins a group, which is made where there is none. Rejects with `events.limit` when its topic has too many. */
  async join(options: ConsumeOptions & { group: string }): Promise<Consumer> {
    const { groups, store, peers, actions } = this.options;
    const { topic, group, from = 'end' } = options;
    if (groups.here(topic, group) === undefined) {
      const names = await store.names(topic);
      if (names.length >= MAX_GROUPS && !names.some((known) => known.group === group))
        throw new MicroError('events.limit', `${topic} has ${MAX_GROUPS} groups, so "${group}" cannot be another`);
      await groups.find(topic, group, from);
    }
    const consumer = new GroupConsumer(
      randomUUID(),
      options,
      {
        find: (ofTopic, name) => groups.find(ofTopic, name, from),
        nextThere: (leader, name, turn, how) =>
          actions.nextThere(leader, { group, consumer: name, turn, options: how }),
        leaveThere: (leader, ofTopic, name, one) =>
          void peers.ask(leader, 'leave', { topic: ofTopic, group: name, consumer: one }).catch(() => {}),
      },
      () => this.consumers.delete(consumer),
    );
    this.consumers.add(consumer);
    await consumer.join();
    return consumer;
  }

  /** All end, without a word to groups that are led here. */
  end(): void {
    for (const consumer of [...this.consumers]) consumer.end();
  }
}
