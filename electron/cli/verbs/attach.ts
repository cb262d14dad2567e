import { serviceStatusJson } from '../statusJson.ts';
import { exitCode } from '../exitCode.ts';
import { parsePort } from '../parsePort.ts';
import { addExamples } from '../program.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro attach NAME --port N`: what an IDE or a shell started is shown, probed and routed like every other service. */
export const attachVerb: Verb = {
  configure(command) {
    command
      .argument('<name>', 'name of the service; a new one may be chosen')
      .option('--port <port>', 'the port that the process listens on')
      .option('--pid <pid>', 'the process, when it does not listen yet');
    addExamples(command, [
      ['micro attach orders --port 4001', 'what listens on 4001 is orders, until it ends'],
      ['micro stop orders', 'let go of it; the process goes on'],
    ]);
  },
  async run(context, args, options) {
    const [name = ''] = args;
    const port = parsePort('port', options.port);
    if (!port) throw usageError('--port is missing', `say where it listens: micro attach ${name} --port 4001`);
    const pid = options.pid === undefined ? 0 : Number(options.pid);
    if (!Number.isInteger(pid) || pid < 0)
      throw usageError(`--pid "${String(options.pid)}" is not a process id`, 'see: ps');
    const { client } = await context.connect();
    const request = { service: name, port, pid, folder: context.cwd };
    const { service } = await client.desktop.attach(request, { signal: context.signal });
    if (!service) return exitCode.failed;
    if (context.json) context.out.json(serviceStatusJson(service));
    else context.say(`${name} is attached at port ${port}${service.command ? `: ${service.command}` : ''}`);
    return exitCode.fine;
  },
};
