import type { MicroClient } from '../../shared/client/microClient.ts';
import type { CliContext } from './context.ts';
import { type EventsAction, PAGE, requireGroup } from './eventsActions.ts';
import { printEvent } from './eventText.ts';
import { exitCode } from './exitCode.ts';
import { usageError } from './usageError.ts';

/** Prints what a group gave up on, and why. */
export const deadAction: EventsAction = {
  takes: ['TOPIC'],
  options: ['group', 'verbose'],
  async run(context, [topic = ''], { group, verbose }) {
    requireGroup(group);
    const { client } = await context.connect();
    let after: number | undefined;
    let isAny = false;
    for (let more = true; more; ) {
      const request = { topic, group, limit: PAGE, ...(after === undefined ? {} : { after }) };
      const page = await client.topics.deadLetters(request, { signal: context.signal });
      for (const { event, deliveries, reason } of page.letters) {
        if (!event) continue;
        printEvent(context, event, verbose, { deliveries, reason });
        after = event.offset;
        isAny = true;
      }
      await context.out.drained();
      ({ more } = page);
    }
    if (!isAny) context.say(`"${group}" gave up on no event of ${topic}`);
    return exitCode.fine;
  },
};

/** Sends what a group gave up on to it once more. */
export const resendAction = settling('resend', 'sent again');

/** Forgets what a group gave up on. */
export const dropAction = settling('drop', 'dropped');

/** An action on some dead letters of a group, named by their offsets, or on all of them. */
function settling(outcome: 'resend' | 'drop', did: string): EventsAction {
  return {
    takes: ['TOPIC', 'OFFSET...'],
    options: ['group', 'all'],
    async run(context, [topic = '', ...words], { group, all }) {
      requireGroup(group);
      if (all === words.length > 0)
        throw usageError(
          'which dead letters?',
          `give their offsets, or --all: micro events dead ${topic || 'TOPIC'} -g ${group} -v`,
        );
      const wanted = words.map((word) => {
        if (/^\d+$/.test(word)) return Number(word);
        throw usageError(`"${word}" is no offset`, `see them with: micro events dead ${topic} -g ${group} -v`);
      });
      const { client } = await context.connect();
      const settled: number[] = [];
      const unknown: number[] = [];
      for await (const offsets of all ? pagesOf(context, client, topic, group) : [wanted]) {
        const request = { topic, group, offsets };
        const { signal } = context;
        const done =
          outcome === 'resend'
            ? await client.topics.resendDeadLetters(request, { signal })
            : await client.topics.dropDeadLetters(request, { signal });
        unknown.push(...done.unknown);
        settled.push(...offsets.filter((offset) => !done.unknown.includes(offset)));
      }
      if (context.json)
        context.out.json({ topic, group, [outcome === 'resend' ? 'resent' : 'dropped']: settled, unknown });
      else {
        if (settled.length > 0 || all)
          context.say(
            `${settled.length} dead letters of "${group}" ${did}${settled.length > 0 ? `: ${shown(settled)}` : ''}`,
          );
        if (unknown.length > 0) context.say(`no dead letters of "${group}": ${shown(unknown)}`);
      }
      return unknown.length > 0 ? exitCode.notFound : exitCode.fine;
    },
  };
}

/** Offsets as a person reads them; of many only the first. */
function shown(offsets: readonly number[]): string {
  const some = offsets.slice(0, 10).join(', ');
  return offsets.length > 10 ? `${some} and ${offsets.length - 10} more` : some;
}

/** The dead letters that a group has when it is asked, page by page. One that fails again meanwhile is not among them twice. */
async function* pagesOf(
  { signal }: CliContext,
  client: MicroClient,
  topic: string,
  group: string,
): AsyncIterable<number[]> {
  let after: number | undefined;
  for (let more = true; more; ) {
    const request = { topic, group, limit: PAGE, ...(after === undefined ? {} : { after }) };
    const page = await client.topics.deadLetters(request, { signal });
    const offsets = page.letters.flatMap(({ event }) => (event ? [event.offset] : []));
    ({ more } = page);
    after = offsets.at(-1) ?? after;
    if (offsets.length > 0) yield offsets;
  }
}
