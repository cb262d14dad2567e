import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro services`: names one a line, sorted, for people and for `xargs`. */
export const servicesVerb: Verb = {
  configure(command) {
    command.option('--project <name>', 'only the services of a project');
    addExamples(command, [
      ['micro services', 'every name'],
      ['micro services --json', '{"services":["catalog","orders"]}'],
    ]);
  },
  async run(context, args, options) {
    const { client } = await context.connect();
    const { services } = await client.desktop.status({}, { signal: context.signal });
    const names = services
      .filter((service) => options.project === undefined || service.project === options.project)
      .map((service) => service.name)
      .sort();
    if (context.json) context.out.json({ services: names });
    else for (const name of names) context.out.line(name);
    // On stderr, so that a script that counts lines counts right.
    if (names.length === 0 && !context.json && !context.quiet) context.err.line('no services');
    return exitCode.fine;
  },
};
