import { resolve } from 'node:path';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `micro why NAME FILE`: whether a saved file reloads a service, and the rule that decides. */
export const whyVerb: Verb = {
  configure(command) {
    command.argument('<name>', 'name of the service').argument('<file>', 'the file, relative to this folder');
    addExamples(command, [
      ['micro why orders services/orders/main.js', 'reloads orders: it is in the watched folder'],
      ['micro why orders notes.md --json', '{"file":"/shop/notes.md","reloads":false,"why":"…"}'],
    ]);
  },
  async run(context, args) {
    const [service = '', file = ''] = args;
    const path = resolve(context.cwd, file);
    const { client } = await context.connect();
    const { counts, why } = await client.desktop.explainFile({ service, path }, { signal: context.signal });
    if (context.json) context.out.json({ file: path, reloads: counts, why });
    else context.out.line(`${counts ? 'reloads' : 'does not reload'} ${service}: ${why}`);
    return exitCode.fine;
  },
};
