import { MicroError } from '../../../shared/contract/errors.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';
import { cliVersion } from '../version.ts';

/** `micro version`: versions of the command line, of Node, and of the server that runs, if one does. */
export const versionVerb: Verb = {
  configure(command) {
    addExamples(command, [['micro version --json', '{"micro","node","platform","server"}']]);
  },
  async run(context) {
    const server = await context.connect().then(
      async ({ client }) => (await client.desktop.info({}, { signal: context.signal })).version,
      (error: unknown) => {
        if (error instanceof MicroError && error.code === 'server.not-running') return undefined;
        throw error;
      },
    );
    const node = process.versions.node;
    const platform = `${process.platform} ${process.arch}`;
    if (context.json) {
      context.out.json({ micro: cliVersion, node, platform, server: server ?? null });
      return exitCode.fine;
    }
    context.out.line(`micro  ${cliVersion}`);
    context.out.line(`node   ${node} (${platform})`);
    context.out.line(`server ${server ?? 'not running'}`);
    if (server !== undefined && server !== cliVersion) {
      context.err.line(`${context.err.colours.yellow('warning:')} the running server is of another version`);
    }
    return exitCode.fine;
  },
};
