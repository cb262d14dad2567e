import { MicroError } from '../../../shared/contract/errors.ts';
import { GroupRows } from './groupRows.ts';
import { MAX_TOPICS } from './limits.ts';
import { belongingTo, type Engine, EVERYTHING, GROUP_SPACES, namesOf, topicKey } from './spaces.ts';
import { Topic, type TopicOptions } from './topic.ts';
import { TopicLog } from './topicLog.ts';

/** What {@link TopicTable} works with. */
export type TopicTableOptions = Omit<TopicOptions, 'handleUnwatched'>;

/** Every topic there is, by name. */
export class TopicTable {
  private readonly topics = new Map<string, Topic>();

  constructor(private readonly options: TopicTableOptions) {}

  find(name: string): Topic | undefined {
    return this.topics.get(name);
  }

  all(): Topic[] {
    return [...this.topics.values()].sort((a, b) => (a.log.name < b.log.name ? -1 : 1));
  }

  /** The topic, a new one when it is not there. */
  obtain(name: string): Topic {
    const known = this.topics.get(name);
    if (known) return known;
    if (this.topics.size >= MAX_TOPICS)
      throw new MicroError('events.limit', `there are ${MAX_TOPICS} topics already, so ${name} cannot be another`);
    return this.add(name, undefined);
  }

  add(name: string, row: Buffer | undefined): Topic {
    const { engine, clock } = this.options;
    const topic = new Topic(new TopicLog(name, engine, clock, row), {
      ...this.options,
      handleUnwatched: (unwatched) => this.forgetUnused(unwatched),
    });
    this.topics.set(name, topic);
    return topic;
  }

  /** Forgets a topic that never came to be: nothing was published, and nobody is interested. */
  forgetUnused(topic: Topic): void {
    if (topic.log.facts.next === 0 && !topic.isWatched) this.topics.delete(topic.log.name);
  }

  /** Removes a topic with everything of it, unless somebody consumes it. */
  async remove(topic: Topic): Promise<void> {
    topic.checkUnused();
    await topic.trim({ maxAgeMs: 0, maxBytes: 0, maxEvents: 0 });
    topic.checkUnused();
    const key = topicKey(topic.log.name);
    this.topics.delete(topic.log.name);
    topic.close();
    await this.options.commits.add({
      write: (writer) => {
        for (const space of ['events', ...GROUP_SPACES] as const)
          for (const row of [...writer.range(space, belongingTo(key))]) writer.remove(space, Buffer.from(row.key));
        writer.remove('topics', key);
      },
    });
  }

  close(): void {
    for (const topic of this.topics.values()) topic.close();
  }
}

/** Reads the topics and groups that are kept. */
export function loadTopics(table: TopicTable, engine: Engine): void {
  engine.read((reader) => {
    for (const { key, value } of reader.range('topics', EVERYTHING)) table.add(namesOf(key)[0] as string, value);
    for (const { key } of reader.range('groups', EVERYTHING)) {
      const [name = '', groupName = ''] = namesOf(key);
      const rows = new GroupRows(name, groupName);
      const facts = rows.facts(reader);
      if (facts) table.find(name)?.addGroup(groupName, facts, rows.marks(reader));
    }
  });
}
