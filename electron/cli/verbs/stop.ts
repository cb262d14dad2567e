import type { MicroClient } from '../../../shared/client/microClient.ts';
import { reportAction } from '../actionReport.ts';
import type { CliContext } from '../context.ts';
import { addExamples } from '../program.ts';
import { addSelection, parseSelection } from '../selection.ts';
import type { Verb } from '../verb.ts';

/** `micro stop`: stops services in reverse order and waits until nothing of them is left. */
export const stopVerb: Verb = {
  configure(command) {
    addSelection(command);
    command.option('--dependents', 'also stop what depends on them');
    addExamples(command, [
      ['micro stop orders', 'stop one service'],
      ['micro stop catalog --dependents', 'stop catalog and what needs it'],
      ['micro stop --all', 'stop everything; the server goes on'],
    ]);
  },
  async run(context, args, options) {
    const selection = parseSelection('stop', args, options);
    const { client } = await context.connect();
    if (args.length > 0 && options.dependents !== true) await sayWhoGoesOn(context, client, args);
    const events = client.desktop.stop(
      { ...selection, withDependents: options.dependents === true },
      { signal: context.signal },
    );
    return reportAction(context, events, { verb: 'stop', done: 'stopped' });
  },
};

/** What needs the services and is not stopped with them goes on without: said before it happens. */
async function sayWhoGoesOn(context: CliContext, client: MicroClient, names: readonly string[]): Promise<void> {
  const { stops } = await client.desktop.plan({ services: [...names], stop: true }, { signal: context.signal });
  for (const { service, needs } of stops) context.say(`${service} needs ${needs} and goes on without it`);
  if (stops.length > 0) context.say(`to stop them too: micro stop ${names.join(' ')} --dependents`);
}
