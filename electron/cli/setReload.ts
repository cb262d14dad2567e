import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { addExamples } from './program.ts';
import { addSelection, parseSelection } from './selection.ts';
import type { Verb } from './verb.ts';

/** `micro pause` and `micro resume`, which differ in nothing but the direction. */
export function reloadVerb(name: 'pause' | 'resume', examples: readonly (readonly [string, string])[]): Verb {
  return {
    configure(command: Command) {
      addSelection(command);
      addExamples(
        command,
        examples.map(([line, meaning]) => [line, meaning]),
      );
    },
    async run(context: CliContext, args: readonly string[], options: Record<string, unknown>): Promise<ExitCode> {
      const selection = parseSelection(name, args, options);
      const { client } = await context.connect();
      const paused = name === 'pause';
      const { services } = await client.desktop.setReload({ ...selection, paused }, { signal: context.signal });
      if (context.json) context.out.json({ paused, services });
      else if (services.length === 0) context.say('no files of these services are watched');
      else context.say(`hot reload ${paused ? 'is paused' : 'goes on'}: ${services.join(', ')}`);
      return exitCode.fine;
    },
  };
}
