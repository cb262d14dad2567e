import { resolve } from 'node:path';
import { reportAction } from '../actionReport.ts';
import { isElsewhere } from '../place.ts';
import type { CliContext, ServerConnection } from '../context.ts';
import type { ExitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { requireFolder } from '../requireFolder.ts';
import { sendFolder } from '../sendFolder.ts';
import type { Verb } from '../verb.ts';

/** `micro update`: brings a project up to its files: sends them, where it runs elsewhere, and builds and starts it anew, rolling where that is declared. */
export const updateVerb: Verb = {
  configure(command) {
    command.argument('[dir]', 'the folder of the project', '.').usage('[options] [DIR]');
    addExamples(command, [
      ['micro update', 'the project of this folder is built and started anew'],
      ['micro update examples/shop --environment staging', 'its files are sent to the server there first'],
    ]);
  },
  async run(context, [target = '.']) {
    const here = resolve(context.cwd, target);
    await requireFolder(here, target);
    const connection = await context.connect();
    const folder = isElsewhere(context.place) ? await sendPaused(context, connection, here) : here;
    const { project } = await connection.client.desktop.openProject({ folder }, { signal: context.signal });
    return restart(context, connection, project?.name ?? '');
  },
};

/** Sends the files while nothing reloads: each service starts anew once, with all of them. */
async function sendPaused(context: CliContext, { client }: ServerConnection, here: string): Promise<string> {
  const { services } = await client.desktop.setReload({ all: true, paused: true }, { signal: context.signal });
  try {
    return await sendFolder(context, here);
  } finally {
    if (services.length > 0) await client.desktop.setReload({ services, paused: false });
  }
}

async function restart(context: CliContext, { client }: ServerConnection, project: string): Promise<ExitCode> {
  const events = client.desktop.restart({ project, rolling: true }, { signal: context.signal });
  return reportAction(context, events, { verb: 'update', done: 'updated' });
}
