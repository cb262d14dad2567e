import { coreServices } from '../../../shared/client/coreServices.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro services`: names one a line, sorted, for people and for `xargs`. */
export const servicesVerb: Verb = {
  configure(command) {
    command
      .option('--project <name>', 'only the services of a project')
      .option('--core', 'also those of micro itself (store, config, …), with their kind');
    addExamples(command, [
      ['micro services', 'every name'],
      ['micro services --json', '{"services":["catalog","orders"]}'],
      ['micro services --core', 'what micro itself offers too'],
    ]);
  },
  async run(context, args, options) {
    const { client } = await context.connect();
    const { services } = await client.desktop.status({}, { signal: context.signal });
    const names = services
      .filter((service) => options.project === undefined || service.project === options.project)
      .map((service) => service.name)
      .sort();
    const core = options.core === true ? await coreServices(client, context.signal) : undefined;
    if (context.json) context.out.json({ services: names, ...(core && { core }) });
    else {
      const width = Math.max(...[...names, ...(core ?? [])].map((name) => name.length));
      for (const name of names) context.out.line(core ? `${name.padEnd(width)}  service` : name);
      for (const name of core ?? []) context.out.line(`${name.padEnd(width)}  core`);
    }
    // On stderr, so that a script that counts lines counts right.
    if (names.length === 0 && !core && !context.json && !context.quiet) context.err.line('no services');
    return exitCode.fine;
  },
};
