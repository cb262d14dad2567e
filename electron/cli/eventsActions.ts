import type { CliContext } from './context.ts';
import { parsePosition } from './eventPosition.ts';
import { printEvent } from './eventText.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { inputBytes } from './inputBytes.ts';
import { parseMetadata } from './metadataOption.ts';
import { usageError } from './usageError.ts';
import type { VerbAction } from './verbActions.ts';

/** Options of `micro events`, as commander names them. */
export interface EventsOptions {
  key: string;
  metadata: readonly string[];
  file: string | undefined;
  group: string;
  from: string | undefined;
  to: string | undefined;
  count: number;
  verbose: boolean;
  all: boolean;
}

/** One word after `micro events`. */
export type EventsAction = VerbAction<EventsOptions>;

/** Acknowledgements that may be under way; more would not be faster, and none may be lost at the end. */
const MAX_RECEIPTS = 32;
/** Events of one page of history that are asked for. */
export const PAGE = 500;

/** Publishes one event. */
export const publishAction: EventsAction = {
  takes: ['TOPIC', 'PAYLOAD?'],
  options: ['key', 'metadata', 'file'],
  async run(context, [topic = '', text], { key, metadata, file }) {
    if (text !== undefined && file !== undefined)
      throw usageError('a payload and --file exclude each other', 'give one of them');
    const fields = parseMetadata(metadata);
    const { client } = await context.connect();
    const payload = text === undefined || text === '-' ? await inputBytes(context, file) : Buffer.from(text);
    const published = await client.topics.publish(
      { topic, key, metadata: fields, payload },
      { signal: context.signal },
    );
    const { id, offset, time } = published;
    if (context.json) context.out.json({ topic, id, offset, time: new Date(time).toISOString() });
    else context.say(`event ${offset} of ${topic} published, ${payload.length} bytes`);
    return exitCode.fine;
  },
};

/** Prints events as they come, and acknowledges each once it is printed. */
export const consumeAction: EventsAction = {
  takes: ['TOPIC'],
  options: ['group', 'from', 'count', 'verbose'],
  async run(context, [topic = ''], { group, from, count, verbose }) {
    const position = from === undefined ? {} : { from: parsePosition('from', from, Date.now()) };
    const { client } = await context.connect();
    const stopped = new AbortController();
    const { signal } = stopped;
    const stop = (): void => stopped.abort();
    context.signal.addEventListener('abort', stop, { once: true });
    const autoAck = group === '';
    const receipts = new Set<Promise<unknown>>();
    let failure: { error: unknown } | undefined;
    let printed = 0;
    for await (const delivery of client.topics.consume({ topic, group, autoAck, ...position }, { signal })) {
      const { event, attempt } = delivery;
      if (!event) continue;
      printEvent(context, event, verbose, attempt > 1 ? { attempt } : {});
      await context.out.flushed();
      if (context.out.isClosed) break;
      if (!autoAck) {
        const receipt = client.topics
          .ack({ topic, group, ids: [event.id] }, { signal: context.signal })
          .catch((error: unknown) => (failure ??= { error }))
          .finally(() => receipts.delete(receipt));
        receipts.add(receipt);
        if (receipts.size >= MAX_RECEIPTS) await Promise.race(receipts);
      }
      printed += 1;
      if (printed === count || failure) break;
    }
    await Promise.all(receipts);
    context.signal.removeEventListener('abort', stop);
    stop();
    if (failure) throw failure.error;
    return exitCode.fine;
  },
};

/** Prints what is kept, oldest first, and ends. */
export const historyAction: EventsAction = {
  takes: ['TOPIC'],
  options: ['from', 'count', 'key', 'verbose'],
  async run(context, [topic = ''], { from, count, key, verbose }) {
    const { client } = await context.connect();
    let position = parsePosition('from', from ?? 'start', Date.now());
    for (let printed = 0; ; ) {
      const limit = count === 0 ? PAGE : Math.min(PAGE, count - printed);
      const page = await client.topics.history({ topic, from: position, limit, key }, { signal: context.signal });
      for (const { event } of page.events) if (event) printEvent(context, event, verbose);
      await context.out.drained();
      printed += page.events.length;
      if (page.next === undefined || context.out.isClosed || (count > 0 && printed >= count)) return exitCode.fine;
      position = { at: { case: 'offset', value: page.next } };
    }
  },
};

/** Moves a group back or forth. */
export const replayAction: EventsAction = {
  takes: ['TOPIC'],
  options: ['group', 'to'],
  async run(context, [topic = ''], { group, to }) {
    requireGroup(group);
    if (to === undefined) throw usageError('--to is missing', 'say start, end, an offset or a time, e.g. --to 2h');
    const position = parsePosition('to', to, Date.now());
    const { client } = await context.connect();
    const moved = await client.topics.replay({ topic, group, to: position }, { signal: context.signal });
    if (context.json) context.out.json({ topic, group, position: moved.position, lag: moved.lag });
    else context.say(`"${group}" goes on with event ${moved.position} of ${topic}; ${moved.lag} are to come`);
    return exitCode.fine;
  },
};

/** Forgets a topic, or one of its groups. */
export const removeAction: EventsAction = {
  takes: ['TOPIC'],
  options: ['group'],
  async run(context, [topic = ''], { group }) {
    const { client } = await context.connect();
    if (group === '') await client.topics.removeTopic({ topic }, { signal: context.signal });
    else await client.topics.removeGroup({ topic, group }, { signal: context.signal });
    return said(
      context,
      group === '' ? `the topic ${topic} is removed` : `the group "${group}" of ${topic} is removed`,
      {
        topic,
        ...(group === '' ? {} : { group }),
        removed: true,
      },
    );
  },
};

function said(context: CliContext, text: string, value: object): ExitCode {
  if (context.json) context.out.json(value);
  else context.say(text);
  return exitCode.fine;
}

/** Refuses a command line that names no group. */
export function requireGroup(group: string): void {
  if (group === '') throw usageError('--group is missing', 'micro events topics TOPIC shows the groups of a topic');
}
