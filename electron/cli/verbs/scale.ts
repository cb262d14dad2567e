import { maxReplicas } from '../../../shared/contract/manifest.ts';
import { reportAction } from '../actionReport.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro scale NAME N`: changes how many copies of a service run, and waits until they are ready. */
export const scaleVerb: Verb = {
  configure(command) {
    command.argument('<name>', 'name of the service').argument('<copies>', `how many copies, 1 to ${maxReplicas}`);
    addExamples(command, [
      ['micro scale orders 3', 'three copies, each with a port of its own'],
      ['micro scale orders 1', 'back to one; requests under way to the others end first'],
    ]);
  },
  async run(context, args) {
    const [service = '', copies = ''] = args;
    const replicas = Number(copies);
    if (!/^\d+$/.test(copies) || replicas < 1 || replicas > maxReplicas) {
      throw usageError(`"${copies}" is no number of copies`, `give a number from 1 to ${maxReplicas}`);
    }
    const { client } = await context.connect();
    const events = client.desktop.scale({ service, replicas }, { signal: context.signal });
    return reportAction(context, events, { verb: 'scale', done: `scaled to ${replicas}` });
  },
};
