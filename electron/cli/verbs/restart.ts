import { reportAction } from '../actionReport.ts';
import { addExamples } from '../program.ts';
import { addSelection, parseSelection } from '../selection.ts';
import type { Verb } from '../verb.ts';

/** `micro restart`: stops services and starts them again, and waits until each is ready or has failed. */
export const restartVerb: Verb = {
  configure(command) {
    addSelection(command);
    addExamples(command, [
      ['micro restart orders', 'start orders anew'],
      ['micro restart --all', 'start everything anew'],
    ]);
  },
  async run(context, args, options) {
    const selection = parseSelection('restart', args, options);
    const { client } = await context.connect();
    const events = client.desktop.restart(selection, { signal: context.signal });
    return reportAction(context, events, { verb: 'restart', done: 'restarted' });
  },
};
