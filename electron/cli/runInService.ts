import { MicroError } from '../../shared/contract/errors.ts';
import type { CliContext } from './context.ts';
import { type ExitCode } from './exitCode.ts';
import { runHere, shellCode, untilEnded } from './runHere.ts';
import { unsupported } from './place.ts';
import { runShellSession } from './shellSession.ts';

/**
 * Runs a command, or the user's shell, in the folder of a service with its environment. In a terminal it is a shell of the
 * server like those of the window. With a pipe on either side it is a child of the command line instead: a pseudo
 * terminal between two pipes would add line ends and echo to the data, and could not pass on the end of the input.
 */
export async function runInService(
  context: CliContext,
  service: string,
  command: readonly string[],
): Promise<ExitCode> {
  if (context.terminal) return shellCode(await runShellSession(context, { service, command }, context.terminal));
  if (context.place.environment)
    throw unsupported(
      context.place,
      'micro exec with a pipe',
      'the command would run on this machine; in a terminal it is a shell over there',
    );
  const { folder, env } = await placeOf(context, service);
  return untilEnded(
    await runHere(command.length > 0 ? command : plainShell(env), { cwd: folder, env }),
    context.signal,
  );
}

/** Folder and environment of a service, secrets included. */
async function placeOf(context: CliContext, service: string): Promise<{ folder: string; env: Record<string, string> }> {
  const { client } = await context.connect();
  const { signal } = context;
  const { variables } = await client.desktop.environment({ service, reveal: true }, { signal });
  const { services } = await client.desktop.status({}, { signal });
  const folder = services.find(({ name }) => name === service)?.folder;
  if (folder === undefined) throw new MicroError('service.not-found', `there is no service "${service}"`);
  const env = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  // By it the server finds what belongs to a running copy, and ends it with that.
  delete env['MICRO_INSTANCE_ID'];
  return { folder, env };
}

/** The shell that reads commands from a pipe. */
function plainShell(env: Readonly<Record<string, string>>): string[] {
  return process.platform === 'win32' ? [env['ComSpec'] ?? 'cmd.exe'] : [env['SHELL'] ?? '/bin/sh'];
}
