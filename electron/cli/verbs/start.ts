import { reportAction } from '../actionReport.ts';
import { addExamples } from '../program.ts';
import { addSelection, parseSelection } from '../selection.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro start`: starts services and what they need, and waits until each is ready or has failed. */
export const startVerb: Verb = {
  configure(command) {
    addSelection(command);
    command
      .option('--no-deps', 'do not start what they depend on')
      .option('--port <port>', 'another port for this run: a number, or auto for any free one')
      .option('--free-port', 'first end whatever holds their fixed ports');
    addExamples(command, [
      ['micro start orders', 'start orders and what it needs'],
      ['micro start --all', 'start everything'],
      ['micro start --project shop', 'start every service of the project shop'],
      ['micro start orders --free-port', 'end what holds its port, then start it'],
      ['micro start orders --port auto', 'start it on any free port, this once'],
    ]);
  },
  async run(context, args, options) {
    const selection = parseSelection('start', args, options);
    const port = typeof options.port === 'string' ? options.port : '';
    if (port !== '' && args.length !== 1) {
      throw usageError('--port is for one service', 'name it: micro start NAME --port PORT');
    }
    const { client } = await context.connect();
    const events = client.desktop.start(
      { ...selection, withDependencies: options.deps !== false, port, freePorts: options.freePort === true },
      { signal: context.signal },
    );
    return reportAction(context, events, { verb: 'start', done: 'started' });
  },
};
