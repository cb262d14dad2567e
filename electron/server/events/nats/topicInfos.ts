import { mapLimit } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import type { TopicInfo } from '../eventLog.ts';
import { RateMeter } from '../rateMeter.ts';
import type { Groups } from './groups.ts';
import type { GroupStore } from './groupStore.ts';
import type { Listeners } from './listeners.ts';
import type { News, TopicActivity } from './news.ts';
import type { Streams, TopicFacts } from './streams.ts';

/** Groups, letters or topics that are asked about at a time: more would be asked of JetStream at once than it answers sooner. */
export const AT_A_TIME = 16;

/** What {@link TopicInfos} works with. */
export interface TopicInfosOptions {
  streams: Streams;
  store: GroupStore;
  groups: Groups;
  listeners: Listeners;
  clock: Clock;
  /** What other servers say of a topic. */
  elsewhere: News['elsewhere'];
}

/** What is known of topics, put together: the streams' facts, the groups, who listens and how much is published on all servers. */
export class TopicInfos {
  private readonly rates = new Map<string, RateMeter>();

  constructor(private readonly options: TopicInfosOptions) {}

  /** Events of a topic were published here. */
  count(topic: string, events: number): void {
    const meter = this.rates.get(topic) ?? new RateMeter(this.options.clock);
    this.rates.set(topic, meter);
    meter.add(events);
  }

  /** All topics, or one. */
  async list(name?: string): Promise<TopicInfo[]> {
    const { streams, store } = this.options;
    const all = name === undefined ? await streams.all() : [await streams.facts(name)];
    const groups = new Map<string, string[]>();
    for (const { topic, group } of await store.names(name)) groups.set(topic, [...(groups.get(topic) ?? []), group]);
    return mapLimit(all, AT_A_TIME, (facts) => this.infoOf(facts, groups.get(facts.topic) ?? []));
  }

  /** What other servers are to know of this one. */
  activity(): Record<string, TopicActivity> {
    const { listeners } = this.options;
    const rates = new Map([...this.rates].map(([topic, meter]) => [topic, meter.perSecond]));
    const topics = [...listeners.topics, ...[...rates].filter(([, rate]) => rate > 0).map(([topic]) => topic)];
    return Object.fromEntries(
      topics.map((topic) => [topic, { listeners: listeners.countOf(topic), rate: rates.get(topic) ?? 0 }]),
    );
  }

  private async infoOf(facts: TopicFacts, names: readonly string[]): Promise<TopicInfo> {
    const { topic, events, bytes, first, next, oldestAt, newestAt } = facts;
    const groups = await mapLimit(names, AT_A_TIME, (name) => this.options.groups.info(topic, name, facts));
    const elsewhere = this.options.elsewhere(topic);
    return {
      ...{ name: topic, events, bytes, oldestAt, newestAt, firstOffset: first, nextOffset: next },
      rate: (this.rates.get(topic)?.perSecond ?? 0) + elsewhere.rate,
      listeners: this.options.listeners.countOf(topic) + elsewhere.listeners,
      groups: groups.filter((group) => group !== undefined),
    };
  }
}
