import { planCommand } from '../host/commandLine.ts';
import type { CommandSpec } from './serviceSpec.ts';

/**
 * Reads a command as it stands in a manifest: a line, which goes through a shell only when it needs one, or a list of
 * program and arguments, which is taken as it is. Throws `launch.bad-command` for a line that cannot be understood.
 */
export function parseCommand(command: string | readonly string[]): CommandSpec {
  if (typeof command !== 'string') return { text: formatCommand(command), argv: [...command], shell: false };
  const text = command.trim();
  return { text, ...planCommand(text) };
}

/** A command with further arguments at its end. */
export function withArguments(command: CommandSpec, args: readonly string[]): CommandSpec {
  if (args.length === 0) return command;
  const text = `${command.text} ${formatCommand(args)}`;
  return command.shell ? { text, ...planCommand(text) } : { text, argv: [...command.argv, ...args], shell: false };
}

/** Program and arguments as a line that a shell of this system would read back. */
export function formatCommand(argv: readonly string[], platform: NodeJS.Platform = process.platform): string {
  return argv.map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : quoted(word, platform))).join(' ');
}

function quoted(word: string, platform: NodeJS.Platform): string {
  // On Windows a backslash counts only before a quote, where each one has to be doubled.
  if (platform === 'win32') return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
