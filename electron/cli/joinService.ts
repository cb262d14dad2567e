import type { CliContext } from './context.ts';
import type { ExitCode } from './exitCode.ts';
import { unsupported } from './place.ts';
import { runHere, untilEnded } from './runHere.ts';

/**
 * Runs a command here with what a service of that name is given, and attaches it under the name for as long as it runs. An
 * IDE can do the same in its launch settings.
 */
export async function joinService(context: CliContext, service: string, command: readonly string[]): Promise<ExitCode> {
  if (context.place.environment)
    throw unsupported(context.place, 'micro exec --name', 'the process would run on this machine');
  const { client } = await context.connect();
  const folder = context.cwd;
  const { instance, port, env } = await client.desktop.join({ service, folder }, { signal: context.signal });
  const child = await runHere(command, { cwd: folder, env: { ...context.env, ...env } });
  try {
    await client.desktop.attach({ service, port, pid: child.pid, instance, folder });
  } catch (error) {
    if (!child.hasEnded()) {
      child.kill();
      throw error;
    }
  }
  const code = await untilEnded(child, context.signal);
  await client.desktop.detach({ service }).catch(() => {});
  return code;
}
