import type { CommandSpec } from '../project/serviceSpec.ts';

/** A command as a container starts it: a line that needs a shell gets the one that every image of Linux has. */
export function containerCommand(command: CommandSpec): string[] {
  return command.shell ? ['sh', '-c', command.text] : [...command.argv];
}
