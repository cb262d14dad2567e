import { MicroError } from '../../../shared/contract/errors.ts';
import { reportAction } from '../actionReport.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro debug NAME`: starts a service anew with the debugger of its runtime open, and says where to attach. */
export const debugVerb: Verb = {
  configure(command) {
    command.argument('<name>', 'name of the service (node, python, java or go)');
    addExamples(command, [
      ['micro debug orders', 'start orders with its debugger open, e.g. node at 127.0.0.1:23041'],
      ['micro restart orders', 'back to a run without'],
    ]);
  },
  async run(context, args) {
    const [service = ''] = args;
    const { client } = await context.connect();
    const events = client.desktop.debug({ service }, { signal: context.signal });
    const code = await reportAction(context, events, { verb: 'start', done: 'started with a debugger' });
    if (code !== exitCode.fine) return code;
    const { services } = await client.desktop.status({ services: [service] }, { signal: context.signal });
    const open = services[0]?.instances.find((instance) => instance.debugger !== '');
    if (!open) {
      throw new MicroError('debug.unavailable', `${service} runs, but opened no debugger`, {
        next: `read the log: micro logs ${service}`,
      });
    }
    if (context.json) context.out.json({ service, debugger: open.debugger, kind: open.debuggerKind });
    else context.out.line(`attach a ${open.debuggerKind} debugger at ${open.debugger}`);
    return exitCode.fine;
  },
};
