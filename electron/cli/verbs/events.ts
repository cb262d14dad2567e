import { deadAction, dropAction, resendAction } from '../deadLetterActions.ts';
import {
  consumeAction,
  type EventsAction,
  historyAction,
  publishAction,
  removeAction,
  replayAction,
} from '../eventsActions.ts';
import { parseCount } from '../parseCount.ts';
import { collect } from '../parseEnv.ts';
import { addExamples } from '../program.ts';
import { topicsAction } from '../topicsAction.ts';
import type { Verb } from '../verb.ts';
import { chooseAction } from '../verbActions.ts';

const ACTIONS: Readonly<Record<string, EventsAction>> = {
  publish: publishAction,
  consume: consumeAction,
  topics: topicsAction,
  history: historyAction,
  replay: replayAction,
  dead: deadAction,
  resend: resendAction,
  drop: dropAction,
  remove: removeAction,
};

/** `micro events`: topics with history, groups and replay. */
export const eventsVerb: Verb = {
  configure(command) {
    command
      .argument('<action>', Object.keys(ACTIONS).join(', '))
      .argument('[words...]', 'what the action takes: a topic, a payload, offsets')
      .option('-k, --key <key>', 'publish: events of one key stay in order; history: only those of the key')
      .option('-m, --metadata <pair>', 'publish: name=value beside the payload; several times', collect)
      .option('--file <file>', 'publish: the payload is what the file holds')
      .option(
        '-g, --group <name>',
        'consume: share the events with others of the group; replay, dead, resend, drop, remove: which group',
      )
      .option('--from <place>', 'consume, history: start, end, an offset or a time, e.g. 2h (a known group goes on)')
      .option('--to <place>', 'replay: where the group goes on: start, end, an offset or a time')
      .option('-n, --count <n>', 'consume, history: end after so many (0: never)')
      .option('-a, --all', 'resend, drop: every dead letter of the group')
      .option('-v, --verbose', 'offset, time, key and publisher before each payload');
    addExamples(command, [
      [`micro events publish orders '{"id":7}' -k 7`, 'publish (or from standard input, or --file)'],
      ['micro events consume orders', 'print what is published from now on, until ctrl-C'],
      ['micro events consume orders -g mail --from start', 'as a member of a group; acknowledges what it printed'],
      ['micro events topics orders', 'what is kept, and how far its groups are'],
      ['micro events replay orders -g mail --to 2h', 'the group gets the last two hours again'],
      ['micro events dead orders -g mail -v', 'what it gave up on, and why'],
      [
        'micro events resend orders -g mail 17',
        'the group gets the event with offset 17 once more (--all: each of them)',
      ],
      ['micro events drop orders -g mail 18', 'that event is given up for good'],
    ]);
  },
  run(context, args, options) {
    // What begins with a dash stands behind `--`.
    const [name = '', ...words] = [...args, ...(context.rest ?? [])];
    return chooseAction('events', ACTIONS, [name, ...words], options).run(context, words, {
      key: String(options.key ?? ''),
      metadata: (options.metadata as string[] | undefined) ?? [],
      file: options.file as string | undefined,
      group: String(options.group ?? ''),
      from: options.from as string | undefined,
      to: options.to as string | undefined,
      count: parseCount('count', options.count, 0),
      verbose: options.verbose === true,
      all: options.all === true,
    });
  },
};
