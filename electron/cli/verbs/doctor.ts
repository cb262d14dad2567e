import { resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Check } from '../../../shared/contract/gen/server_pb.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { unsupported } from '../place.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro doctor`: checks what commonly goes wrong, by the running server, or here when none runs. */
export const doctorVerb: Verb = {
  configure(command) {
    command
      .option(
        '--bundle <file>',
        'write a report for a person who helps: versions, checks, states, settings, logs of the app',
      )
      .option('--force', 'replace the file of the report');
    addExamples(command, [
      ['micro doctor', 'every check; exit code 1 when one fails'],
      ['micro doctor --json', '{"checks":[{"name","status","text","next"}]}'],
      ['micro doctor --bundle report.tar.gz', 'the same and more as a file, with secrets removed'],
    ]);
  },
  async run(context, _args, options) {
    const checks = await checksOf(context);
    const failed = checks.some((check) => check.status === 'error');
    if (typeof options['bundle'] === 'string') {
      if (context.place.environment)
        throw unsupported(context.place, 'micro doctor --bundle', 'the report has files of this machine');
      const file = resolve(context.cwd, options['bundle']);
      const { writeDiagnostics } = await import('../diagnostics.ts');
      const contents = await writeDiagnostics(context, file, checks, options['force'] === true);
      if (context.json) context.out.json({ file, contents });
      else context.say(`wrote ${file}: ${contents.join(', ')}; look through it before you send it`);
      return exitCode.fine;
    }
    if (context.json) {
      context.out.json({ checks: checks.map(({ name, status, text, next }) => ({ name, status, text, next })) });
      return failed ? exitCode.failed : exitCode.fine;
    }
    const { green, yellow, red, dim } = context.out.colours;
    const marks: Record<string, string> = { ok: green('ok   '), warn: yellow('warn '), error: red('error') };
    const width = Math.max(...checks.map((check) => check.name.length));
    for (const check of checks) {
      if (context.quiet && check.status === 'ok') continue;
      context.out.line(`${marks[check.status] ?? check.status}  ${check.name.padEnd(width)}  ${check.text}`);
      if (check.next) context.out.line(`${' '.repeat(width + 9)}${dim('next:')} ${check.next}`);
    }
    return failed ? exitCode.failed : exitCode.fine;
  },
};

async function checksOf(context: CliContext): Promise<Check[]> {
  try {
    const { client } = await context.connect();
    return (await client.desktop.doctor({}, { signal: context.signal })).checks;
  } catch (error) {
    if (!(error instanceof MicroError && error.code === 'server.not-running')) throw error;
  }
  const { doctor } = await import('../../server/index.ts');
  return (await doctor({ home: context.home, server: undefined })).checks;
}
