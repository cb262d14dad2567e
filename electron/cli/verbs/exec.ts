import { joinService } from '../joinService.ts';
import { addExamples } from '../program.ts';
import { runInService } from '../runInService.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/**
 * `micro exec NAME`: a shell in the folder of a service with its environment; `micro exec NAME -- COMMAND…`: a command
 * there. Without NAME, `micro exec --name orders -- COMMAND…`: a command of this folder becomes the service.
 */
export const execVerb: Verb = {
  configure(command) {
    command
      .argument('[name]', 'the service whose folder and environment it gets')
      .usage('[options] NAME [-- COMMAND…]\n       micro exec [options] [--name <name>] -- COMMAND…')
      .option('--name <name>', 'without NAME: the service that COMMAND becomes (default: MICRO_SERVICE_NAME)')
      .allowExcessArguments(true);
    addExamples(command, [
      ['micro exec orders', 'a shell in the folder of orders, with its environment'],
      ['micro exec orders -- npm test', 'one command there; its exit code is that of micro'],
      ['micro exec orders -- env | grep PORT', 'its output goes on as it is'],
      ['micro exec --name orders -- node main.js', 'run orders here: it is listed and gets its calls'],
      ['MICRO_SERVICE_NAME=orders micro exec -- node --inspect main.js', 'the same from an IDE'],
    ]);
  },
  run(context, args, options) {
    const [place, ...others] = args;
    const { rest } = context;
    const own = typeof options.name === 'string' ? options.name : '';
    if (others.length > 0) {
      throw usageError(
        `"${others.join(' ')}" is one word too many`,
        `a command stands after "--": micro exec ${place} -- ${others.join(' ')}`,
      );
    }
    if (rest?.length === 0) throw usageError('there is no command after "--"', 'see: micro exec --help');
    if (place !== undefined) {
      if (own !== '') throw usageError(`both ${place} and --name ${own} are given`, 'see: micro exec --help');
      return runInService(context, place, rest ?? []);
    }
    const service = own === '' ? (context.env['MICRO_SERVICE_NAME'] ?? '') : own;
    if (rest === undefined) {
      throw usageError('no service is named', `for a shell: micro exec ${service === '' ? 'NAME' : service}`);
    }
    if (service === '') throw usageError('no service is named', 'use --name, or set MICRO_SERVICE_NAME');
    return joinService(context, service, rest);
  },
};
