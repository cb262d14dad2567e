import type { Group, Topic } from '../../shared/contract/gen/topics_pb.ts';
import type { CliContext } from './context.ts';
import { formatDuration } from './duration.ts';
import type { EventsAction } from './eventsActions.ts';
import { exitCode } from './exitCode.ts';
import { type Column, renderTable } from './table.ts';

/** Prints the topics with what is kept of them; of a named one, its groups and how far they are. */
export const topicsAction: EventsAction = {
  takes: ['TOPIC?'],
  options: [],
  async run(context, [topic = '']) {
    const { client } = await context.connect();
    const { topics } = await client.topics.list({ topic }, { signal: context.signal });
    if (context.json) context.out.json({ topics: topics.map(topicJson) });
    else if (topics.length === 0)
      context.say('no topics: the first event makes one, e.g. micro events publish orders {}');
    else if (topic === '') printTopics(context, topics);
    else printGroups(context, topics[0] as Topic);
    return exitCode.fine;
  },
};

function printTopics({ out }: CliContext, topics: readonly Topic[]): void {
  const columns: Column<Topic>[] = [
    { title: 'TOPIC', text: ({ name }) => name },
    { title: 'EVENTS', text: ({ events }) => String(events), align: 'right' },
    { title: 'BYTES', text: ({ bytes }) => String(bytes), align: 'right' },
    { title: 'OLDEST', text: ({ oldestAt }) => ago(oldestAt) },
    { title: 'NEWEST', text: ({ newestAt }) => ago(newestAt) },
    { title: 'GROUPS', text: ({ groups }) => groups.map(({ name, lag }) => `${name} (lag ${lag})`).join(', ') || '-' },
  ];
  for (const line of renderTable(columns, topics, out.colours.dim)) out.line(line);
}

function printGroups(context: CliContext, topic: Topic): void {
  const { out } = context;
  printTopics(context, [topic]);
  if (topic.groups.length === 0) return;
  const columns: Column<Group>[] = [
    { title: 'GROUP', text: ({ name }) => name },
    { title: 'POSITION', text: ({ position }) => String(position), align: 'right' },
    { title: 'LAG', text: ({ lag }) => String(lag), align: 'right' },
    { title: 'UNACKED', text: ({ unacked }) => String(unacked), align: 'right' },
    { title: 'DEAD', text: ({ deadLetters }) => String(deadLetters), align: 'right' },
    { title: 'MISSED', text: ({ missed }) => String(missed), align: 'right' },
    { title: 'MEMBERS', text: ({ members }) => members.map(({ service }) => service || 'outside').join(', ') || '-' },
  ];
  out.line();
  for (const line of renderTable(columns, topic.groups, out.colours.dim)) out.line(line);
}

function topicJson(topic: Topic): object {
  const { name, events, bytes, firstOffset, nextOffset, oldestAt, newestAt, rate, listeners, groups } = topic;
  return {
    name,
    events,
    bytes,
    firstOffset,
    nextOffset,
    oldest: isoOf(oldestAt),
    newest: isoOf(newestAt),
    rate,
    listeners,
    groups: groups.map(({ name: group, position, lag, unacked, deadLetters, missed, members }) => ({
      name: group,
      position,
      lag,
      unacked,
      deadLetters,
      missed,
      members: members.map(({ consumer, service, since, unacked: theirs }) => ({
        consumer,
        service,
        since: isoOf(since),
        unacked: theirs,
      })),
    })),
  };
}

function isoOf(time: number): string | null {
  return time === 0 ? null : new Date(time).toISOString();
}

function ago(time: number): string {
  return time === 0 ? '-' : `${formatDuration(Date.now() - time)} ago`;
}
