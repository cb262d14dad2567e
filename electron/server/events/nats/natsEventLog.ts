import { randomUUID } from 'node:crypto';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { mapLimit } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { errorText, type Logger } from '../../base/logger.ts';
import type { NatsLink } from '../../host/natsLink.ts';
import type {
  ConsumeOptions,
  Consumer,
  DeadLetter,
  EventFlow,
  EventLimits,
  EventLog,
  GroupInfo,
  HistoryPage,
  HistoryQuery,
  NewEvent,
  Position,
  Published,
  Receipt,
  TopicInfo,
} from '../eventLog.ts';
import { checkConsume, checkEventName, checkNewEvents, checkPosition, MAX_CONSUMERS, NO_LIMITS } from '../limits.ts';
import { GroupConsumers } from './groupConsumers.ts';
import { GroupActions, inUse } from './groupActions.ts';
import { Groups } from './groups.ts';
import { GroupStore } from './groupStore.ts';
import { Listeners } from './listeners.ts';
import { News } from './news.ts';
import { Peers } from './peers.ts';
import { readPage, resolvePosition } from './positions.ts';
import { Publisher } from './publisher.ts';
import { RemoteMembers } from './remoteMembers.ts';
import { Streams } from './streams.ts';
import { AT_A_TIME, TopicInfos } from './topicInfos.ts';

/** ms between looks at what topics have too much of. */
const LIMIT_EVERY_MS = 60_000;
/** What {@link NatsEventLog} works with. */
export interface NatsEventLogOptions {
  link: NatsLink;
  clock: Clock;
  logger: Logger;
  /** What holds now, by the name of a topic. */
  limits(): Promise<(topic: string) => EventLimits>;
}

/**
 * An {@link EventLog} in streams of JetStream that several servers share. Events are JetStream's; each group is led by one
 * of the servers, which hands out its events to members on all of them and writes down how far it is.
 */
export class NatsEventLog implements EventLog {
  private readonly changes = new Emitter<string>();
  readonly onDidChange = this.changes.event;
  private readonly flows = new Emitter<EventFlow>();
  readonly onDidFlow = this.flows.event;
  private readonly server = randomUUID();
  private readonly streams: Streams;
  private readonly store: GroupStore;
  private readonly publisher: Publisher;
  private readonly groups: Groups;
  private readonly peers: Peers;
  private readonly news: News;
  private readonly remote: RemoteMembers;
  private readonly actions = new GroupActions();
  private readonly listeners: Listeners;
  private readonly consumers: GroupConsumers;
  private readonly infos: TopicInfos;
  private limits: (topic: string) => EventLimits = () => NO_LIMITS;
  private timer: Disposable | undefined;
  private closed: Promise<void> | undefined;

  private constructor(private readonly options: NatsEventLogOptions) {
    const { link, clock, logger } = options;
    const { server } = this;
    this.streams = new Streams(link, (topic) => this.limits(topic));
    this.store = new GroupStore(this.streams);
    this.publisher = new Publisher(this.streams, () => clock.now());
    this.remote = new RemoteMembers(clock);
    this.peers = new Peers(link, server, this.actions.handlers);
    this.groups = new Groups({
      streams: this.streams,
      store: this.store,
      peers: this.peers,
      clock,
      server,
      resolve: async (topic, position) => resolvePosition(this.streams, await this.streams.facts(topic), position),
      handleChange: (topic) => this.handleChange(topic),
      handleFlow: (flow) => this.flows.fire(flow),
      handleFailure: (error) => logger.error(`the state of a group was not written: ${errorText(error)}`),
    });
    this.actions.start({
      ...{ groups: this.groups, peers: this.peers, streams: this.streams },
      ...{ store: this.store, remote: this.remote, logger },
    });
    this.listeners = new Listeners({
      streams: this.streams,
      clock,
      handleChange: (topic) => this.handleChange(topic),
      handleFlow: (flow) => this.flows.fire(flow),
    });
    this.consumers = new GroupConsumers({
      ...{ groups: this.groups, store: this.store, peers: this.peers, actions: this.actions },
    });
    this.infos = new TopicInfos({
      ...{ streams: this.streams, store: this.store, groups: this.groups, listeners: this.listeners, clock },
      elsewhere: (topic) => this.news.elsewhere(topic),
    });
    this.news = new News({
      link,
      server,
      clock,
      activity: () => this.infos.activity(),
      handleChange: (topic) => this.changes.fire(topic),
    });
  }

  /** Rejects with an `engine.*` code when NATS cannot be reached, or has no JetStream. */
  static async open(options: NatsEventLogOptions): Promise<NatsEventLog> {
    const log = new NatsEventLog(options);
    try {
      log.limits = await options.limits();
      await log.streams.start();
      await log.peers.start();
      await log.news.start();
    } catch (error) {
      log.remote.close();
      log.news.stop();
      throw error;
    }
    log.timer = options.clock.setInterval(() => {
      log
        .applyLimits()
        .catch((error: unknown) => options.logger.warn(`old events were not removed: ${errorText(error)}`));
    }, LIMIT_EVERY_MS);
    return log;
  }

  async publish(events: readonly NewEvent[]): Promise<Published[]> {
    checkNewEvents(events);
    this.checkOpen();
    const published = await this.publisher.publish(events);
    const counts = new Map<string, EventFlow>();
    for (const { topic, publisher: service = '' } of events) {
      const key = `${topic}\0${service}`;
      const known = counts.get(key);
      if (known) known.count += 1;
      else counts.set(key, { topic, service, direction: 'published', count: 1 });
    }
    for (const flow of counts.values()) {
      this.infos.count(flow.topic, flow.count);
      this.flows.fire(flow);
      this.handleChange(flow.topic);
    }
    return published;
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    checkConsume(options);
    this.checkOpen();
    const { topic, group } = options;
    await this.streams.obtain(topic);
    this.checkRoom(topic);
    return group === undefined ? this.listeners.listen(options) : this.consumers.join({ ...options, group });
  }

  async settle(receipt: Receipt): Promise<string[]> {
    this.checkOpen();
    const { topic, group } = receipt;
    checkEventName('topic', topic);
    const listener = this.listeners.find(group);
    return listener ? listener.group.settle(receipt) : this.actions.settle(receipt);
  }

  async topics(name?: string): Promise<TopicInfo[]> {
    this.checkOpen();
    if (name !== undefined) checkEventName('topic', name);
    return this.infos.list(name);
  }

  async history(query: HistoryQuery): Promise<HistoryPage> {
    checkEventName('topic', query.topic);
    if (query.from !== undefined) checkPosition(query.from);
    this.checkOpen();
    return readPage(this.streams, await this.streams.facts(query.topic), query);
  }

  async deadLetters(topic: string, group: string, after: number | undefined, limit: number): Promise<DeadLetter[]> {
    this.checkOpen();
    // What it gave up on a moment ago may not be written yet.
    await this.actions.save(topic, group);
    const [all, written] = [await this.store.letters(topic, group), await this.store.read(topic, group)];
    const again = new Set(written?.document.again.map(([offset]) => offset));
    const wanted = all
      .filter((offset) => !again.has(offset) && (after === undefined || offset > after))
      .slice(0, limit);
    const letters = await mapLimit(wanted, AT_A_TIME, (offset) => this.store.letter(topic, group, offset));
    return letters.filter((letter) => letter !== undefined);
  }

  async settleDeadLetters(
    topic: string,
    group: string,
    offsets: readonly number[],
    outcome: 'resend' | 'drop',
  ): Promise<number[]> {
    for (const offset of offsets) checkPosition({ offset });
    this.checkOpen();
    return this.actions.settleLetters(topic, group, [...offsets], outcome);
  }

  async replay(topic: string, group: string, to: Position): Promise<GroupInfo> {
    checkPosition(to);
    this.checkOpen();
    return this.actions.replay(topic, group, to);
  }

  async removeGroup(topic: string, group: string): Promise<void> {
    this.checkOpen();
    await this.actions.remove(topic, group);
    this.handleChange(topic);
  }

  async removeTopic(topic: string): Promise<void> {
    this.checkOpen();
    const [info] = await this.topics(topic);
    const { listeners = 0, groups = [] } = info ?? {};
    const count = groups.reduce((sum, { members }) => sum + members.length, listeners);
    if (count > 0) throw inUse(`${count} consumers read ${topic}`);
    await Promise.all(groups.map(({ name }) => this.groups.drop(topic, name)));
    await this.streams.remove(topic);
    this.publisher.forget(topic);
    this.handleChange(topic);
  }

  async applyLimits(): Promise<void> {
    this.limits = await this.options.limits();
    for (const facts of await this.streams.all()) {
      if (this.closed) return;
      if (await this.streams.limit(facts)) this.handleChange(facts.topic);
    }
  }

  close(): Promise<void> {
    this.closed ??= (async () => {
      this.timer?.dispose();
      this.consumers.end();
      this.listeners.close();
      this.remote.close();
      await this.groups.close();
      await this.peers.stop();
      this.news.stop();
      this.changes.dispose();
      this.flows.dispose();
    })();
    return this.closed;
  }

  private handleChange(topic: string): void {
    this.changes.fire(topic);
    this.news.change(topic);
  }

  private checkRoom(topic: string): void {
    if (this.consumers.size + this.listeners.size >= MAX_CONSUMERS)
      throw new MicroError(
        'events.limit',
        `this server has ${MAX_CONSUMERS} consumers already, so ${topic} has no other`,
      );
  }

  private checkOpen(): void {
    if (this.closed) throw new MicroError('server.stopping', 'the events are closed');
  }
}
