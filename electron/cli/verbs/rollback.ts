import { reportAction } from '../actionReport.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro rollback NAME`: an earlier version of a service takes the place of the newest, without a gap. */
export const rollbackVerb: Verb = {
  configure(command) {
    command
      .argument('<name>', 'name of the service')
      .option('--to <version>', 'number of the version, as Kubernetes counts them (default: the one before)');
    addExamples(command, [
      ['micro rollback orders', 'the version before the newest'],
      ['micro rollback orders --to 3', 'a certain one'],
    ]);
  },
  async run(context, args, options) {
    const [service = ''] = args;
    const text = options.to as string | undefined;
    const version = text === undefined ? 0 : Number(text);
    if (text !== undefined && (!/^\d+$/.test(text) || version < 1))
      throw usageError(`--to "${text}" is no version`, 'give a number from 1 on');
    const { client } = await context.connect();
    const events = client.desktop.rollBack({ service, version }, { signal: context.signal });
    return reportAction(context, events, { verb: 'roll back', done: 'rolled back' });
  },
};
