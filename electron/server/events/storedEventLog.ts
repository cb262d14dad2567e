import { randomUUID } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { CommitQueue } from './commitQueue.ts';
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
} from './eventLog.ts';
import { GroupRows } from './groupRows.ts';
import { readHistory } from './history.ts';
import { checkConsume, checkEventName, checkNewEvents, checkPosition, NO_LIMITS } from './limits.ts';
import type { Engine } from './spaces.ts';
import type { Topic } from './topic.ts';
import { loadTopics, TopicTable } from './topicTable.ts';

/** ms between looks at what has become too old; events are kept for hours, so a minute more is nothing. */
const LIMIT_EVERY_MS = 60_000;

/** What {@link StoredEventLog} works with. */
export interface StoredEventLogOptions {
  /** The log's from now on: it is closed with it. */
  engine: Engine;
  clock: Clock;
  logger: Logger;
  /** What holds now, by the name of a topic. */
  limits(): Promise<(topic: string) => EventLimits>;
}

/** The rules of an {@link EventLog} over any sorted bytes. */
export class StoredEventLog implements EventLog {
  private readonly changes = new Emitter<string>();
  readonly onDidChange = this.changes.event;
  private readonly flows = new Emitter<EventFlow>();
  readonly onDidFlow = this.flows.event;
  private readonly commits: CommitQueue;
  private readonly table: TopicTable;
  private limits: (topic: string) => EventLimits = () => NO_LIMITS;
  private timer: Disposable | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly options: StoredEventLogOptions) {
    const { engine, clock, logger } = options;
    this.commits = new CommitQueue(engine);
    this.table = new TopicTable({
      engine,
      clock,
      commits: this.commits,
      handleChange: (topic) => this.changes.fire(topic),
      handleFlow: (flow) => this.flows.fire(flow),
      handleFailure: (error) => logger.error(`the state of a group was not written: ${errorText(error)}`),
    });
  }

  /** Reads what there is and begins to remove what becomes too old. */
  async start(): Promise<void> {
    loadTopics(this.table, this.options.engine);
    this.limits = await this.options.limits();
    this.timer = this.options.clock.setInterval(() => {
      this.applyLimits().catch((error: unknown) =>
        this.options.logger.error(`old events were not removed: ${errorText(error)}`),
      );
    }, LIMIT_EVERY_MS);
  }

  async publish(events: readonly NewEvent[]): Promise<Published[]> {
    checkNewEvents(events);
    this.checkOpen();
    if (events.length === 0) return [];
    const byTopic = indexesBy(events, (event) => event.topic);
    const topics = [...byTopic.keys()].map((name) => this.table.obtain(name));
    const results = await this.commits
      .add({
        write: (writer) => {
          const published: Published[] = [];
          for (const { log } of topics) {
            const indexes = byTopic.get(log.name) as number[];
            const those = indexes.map((index) => events[index] as NewEvent);
            const written = log.append(writer, those, this.options.clock.now(), this.limits(log.name));
            indexes.forEach((index, at) => (published[index] = written[at] as Published));
          }
          return published;
        },
        didCommit: () => topics.forEach(({ log }) => log.didCommit()),
        takeBack: () => topics.forEach(({ log }) => log.takeBack()),
      })
      .finally(() => topics.forEach((topic) => this.table.forgetUnused(topic)));
    for (const topic of topics) {
      const indexes = byTopic.get(topic.log.name) as number[];
      topic.log.rate.add(indexes.length);
      const those = indexes.map((index) => events[index] as NewEvent);
      for (const [service, { length }] of indexesBy(those, (event) => event.publisher ?? ''))
        this.flows.fire({ topic: topic.log.name, service, direction: 'published', count: length });
      this.changes.fire(topic.log.name);
      topic.pump();
    }
    return results;
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    checkConsume(options);
    this.checkOpen();
    const topic = this.table.obtain(options.topic);
    const id = randomUUID();
    if (options.group === undefined) return topic.listen(id, options);
    const { group, isNew } = topic.obtainGroup(options.group, options.from ?? 'end');
    const member = group.join(id, options);
    try {
      if (isNew) await topic.remember(group);
    } catch (error) {
      member.close();
      throw error;
    }
    return member;
  }

  async settle(receipt: Receipt): Promise<string[]> {
    this.checkOpen();
    return this.topic(receipt.topic).settler(receipt.group).settle(receipt);
  }

  async topics(name?: string): Promise<TopicInfo[]> {
    this.checkOpen();
    const topics = name === undefined ? this.table.all() : [this.topic(name)];
    return topics.map((topic) => topic.info());
  }

  async history(query: HistoryQuery): Promise<HistoryPage> {
    if (query.from !== undefined) checkPosition(query.from);
    this.checkOpen();
    return readHistory(this.topic(query.topic).log, query);
  }

  async deadLetters(topic: string, group: string, after: number | undefined, limit: number): Promise<DeadLetter[]> {
    this.checkOpen();
    // What it gave up on a moment ago may not be on disk yet.
    await this.topic(topic).group(group).save();
    return this.options.engine.read((reader) => new GroupRows(topic, group).deadLetters(reader, after, limit));
  }

  async settleDeadLetters(
    topic: string,
    group: string,
    offsets: readonly number[],
    outcome: 'resend' | 'drop',
  ): Promise<number[]> {
    for (const offset of offsets) checkPosition({ offset });
    this.checkOpen();
    return this.topic(topic).group(group).settleLetters(offsets, outcome);
  }

  async replay(topic: string, group: string, to: Position): Promise<GroupInfo> {
    checkPosition(to);
    this.checkOpen();
    const { log } = this.topic(topic);
    const found = this.topic(topic).group(group);
    await found.moveTo(log.resolve(to));
    return found.info();
  }

  async removeGroup(topic: string, group: string): Promise<void> {
    this.checkOpen();
    await this.topic(topic).removeGroup(group);
    this.changes.fire(topic);
  }

  async removeTopic(name: string): Promise<void> {
    this.checkOpen();
    await this.table.remove(this.topic(name));
    this.changes.fire(name);
  }

  async applyLimits(): Promise<void> {
    this.limits = await this.options.limits();
    for (const topic of this.table.all()) {
      if (this.closed) return;
      const limits = this.limits(topic.log.name);
      if (!topic.log.isOver(this.options.clock.now(), limits)) continue;
      await topic.trim(limits);
      this.changes.fire(topic.log.name);
    }
  }

  close(): Promise<void> {
    this.closed ??= (async () => {
      this.timer?.dispose();
      this.table.close();
      await this.commits.idle();
      this.changes.dispose();
      this.flows.dispose();
      await this.options.engine.close();
    })();
    return this.closed;
  }

  private topic(name: string): Topic {
    checkEventName('topic', name);
    const topic = this.table.find(name);
    if (!topic)
      throw new MicroError('events.topic-not-found', `there is no topic ${name}`, {
        next: 'A topic comes to be with its first event or its first group: micro events topics',
      });
    return topic;
  }

  private checkOpen(): void {
    if (this.closed) throw new MicroError('server.stopping', 'the events are closed');
  }
}

/** Indexes of the events that have the same of something, in their order. */
function indexesBy(events: readonly NewEvent[], of: (event: NewEvent) => string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  events.forEach((event, index) => {
    const those = found.get(of(event));
    if (those) those.push(index);
    else found.set(of(event), [index]);
  });
  return found;
}
