import { reportAction } from '../actionReport.ts';
import { addExamples } from '../program.ts';
import { addSelection, parseSelection } from '../selection.ts';
import type { Verb } from '../verb.ts';

/** `micro kill`: ends every process of services at once (SIGKILL) and waits until they are gone. They stay stopped. */
export const killVerb: Verb = {
  configure(command) {
    addSelection(command);
    addExamples(command, [
      ['micro kill orders', 'end orders at once'],
      ['micro kill --all', 'end everything at once; the server goes on'],
    ]);
  },
  async run(context, args, options) {
    const selection = parseSelection('kill', args, options);
    const { client } = await context.connect();
    const events = client.desktop.stop({ ...selection, force: true }, { signal: context.signal });
    return reportAction(context, events, { verb: 'end', done: 'ended' });
  },
};
