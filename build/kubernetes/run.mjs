import { lastLines, runCommand } from '../lib/commandLine.mjs';
import { SetupError } from '../lib/steps.mjs';

/** Runs a program that has to succeed and returns what it printed. The error says its last lines. */
export async function mustRun(command, args, options) {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result.output;
  throw new SetupError(`${command} ${args.slice(0, 4).join(' ')} failed:\n${lastLines(result.output, 8)}`);
}
