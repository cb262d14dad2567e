import type { EnvironmentVariable } from '../../../shared/contract/gen/service_details_pb.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { type Column, renderTable } from '../table.ts';
import type { Verb } from '../verb.ts';

/** `micro env-of NAME`: what a service is started with, where each value comes from, and what is odd about it. */
export const envOfVerb: Verb = {
  configure(command) {
    command
      .argument('<name>', 'name of the service')
      .option('--reveal', 'show the values of secrets')
      .option('--system', 'also what it has from the system');
    addExamples(command, [
      ['micro env-of orders', 'what the project, its files, micro.yaml and the server give to orders'],
      ['micro env-of orders --system', 'the whole environment'],
      ['micro env-of orders --json', '{"variables":[{"name","value","origin","secret"}],"warnings":[]}'],
    ]);
  },
  async run(context, args, options) {
    const [service = ''] = args;
    const { client } = await context.connect();
    const request = { service, reveal: options.reveal === true };
    const response = await client.desktop.environment(request, { signal: context.signal });
    const variables = response.variables.filter(({ origin }) => options.system === true || origin !== 'system');
    if (context.json) {
      const plain = variables.map(({ name, value, origin, secret }) => ({ name, value, origin, secret }));
      context.out.json({ variables: plain, warnings: response.warnings });
      return exitCode.fine;
    }
    const { colours } = context.out;
    const columns: Column<EnvironmentVariable>[] = [
      { title: 'NAME', text: ({ name }) => name, colour: (text) => colours.bold(text) },
      { title: 'VALUE', text: ({ value }) => shownValue(value) },
      { title: 'ORIGIN', text: ({ origin }) => origin, colour: (text) => colours.dim(text) },
    ];
    for (const line of renderTable(columns, variables, colours.dim)) context.out.line(line);
    for (const warning of response.warnings) {
      context.err.line(`${context.err.colours.yellow('warning:')} ${warning}`);
    }
    return exitCode.fine;
  },
};

/** Longest value in the table, characters: more would push the origins of all others off the screen. `--json` has it whole. */
const MAX_VALUE = 200;

function shownValue(value: string): string {
  const line = value.replaceAll('\n', '\\n');
  if (line.length <= MAX_VALUE) return line;
  return `${line.slice(0, MAX_VALUE / 4)}… (${Buffer.byteLength(value).toLocaleString('en')} bytes)`;
}
