import { resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { reportAction } from '../actionReport.ts';
import { isElsewhere } from '../place.ts';
import type { CliContext, ServerConnection } from '../context.ts';
import type { ExitCode } from '../exitCode.ts';
import { collect, parseEnv } from '../parseEnv.ts';
import { parsePort } from '../parsePort.ts';
import { addExamples } from '../program.ts';
import { requireFolder } from '../requireFolder.ts';
import { sendFolder } from '../sendFolder.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** Options of `micro run`, read. */
interface RunOptions {
  name: string;
  env: Record<string, string>;
  port: number;
  kind: Kind;
}

/** `micro run`: adds a project, a folder or a command to the running server, starts it, and waits until it is ready. */
export const runVerb: Verb = {
  configure(command) {
    command
      .argument('[target]', 'a folder with a project or a service, or the name of a known service', '.')
      .usage('[options] [DIR | NAME] [-- COMMAND…]')
      .option('--name <name>', 'name of the new service')
      .option('-e, --env <NAME=value>', 'a variable for it; may be given several times', collect)
      .option('--port <port>', 'the port it listens on (default: a free one, given as PORT)')
      .option('--task', 'it runs to its end, and is then completed');
    addExamples(command, [
      ['micro run', 'the project in this folder'],
      ['micro run examples/shop --environment staging', 'its files are sent to the server there and run'],
      ['micro run examples/shop', 'a project: its micro.yaml, or what its folders hold'],
      ['micro run -- node worker.js --fast', 'a command, named after its program'],
      ['micro run --name api -- npm run dev', 'a command with a name'],
      ['micro run orders', 'start a service that is known'],
      ['micro run orders -- --seed 7', 'start it once with further arguments'],
    ]);
  },
  async run(context, args, options) {
    const target = args[0];
    const run: RunOptions = {
      name: typeof options.name === 'string' ? options.name : '',
      env: parseEnv((options.env as string[] | undefined) ?? []),
      port: parsePort('port', options.port) ?? 0,
      kind: options.task === true ? Kind.TASK : Kind.SERVICE,
    };
    if (context.rest?.length === 0) throw usageError('there is no command after "--"', 'see: micro run --help');
    const server = await context.connect();
    if (target !== undefined && run.name === '' && (await isKnownService(server, target))) {
      return startKnown(context, server, target, run);
    }
    const here = resolve(context.cwd, target ?? '.');
    await requireFolder(here, target ?? '.', 'is neither a folder nor the name of a service');
    // Elsewhere nobody sees the folders of this machine: it is sent there.
    const folder = isElsewhere(context.place) ? await sendFolder(context, here) : here;
    const isService = run.name !== '' || context.rest !== undefined || run.kind === Kind.TASK;
    return isService ? addService(context, server, folder, run) : openProject(context, server, folder);
  },
};

/** A word that is no path and names a service means the service, also where a folder has the same name. */
async function isKnownService({ client }: ServerConnection, word: string): Promise<boolean> {
  if (/[\\/.~]/.test(word)) return false;
  const { services } = await client.desktop.status({});
  return services.some((service) => service.name === word);
}

async function startKnown(
  context: CliContext,
  { client }: ServerConnection,
  name: string,
  run: RunOptions,
): Promise<ExitCode> {
  const events = client.desktop.start(
    { services: [name], withDependencies: true, args: [...(context.rest ?? [])], env: run.env },
    { signal: context.signal },
  );
  return reportAction(context, events, { verb: 'start', done: 'started' });
}

async function openProject(context: CliContext, { client }: ServerConnection, folder: string): Promise<ExitCode> {
  const { project, services } = await client.desktop.openProject({ folder }, { signal: context.signal });
  const name = project?.name ?? '';
  if (context.json) context.out.json({ project: name, folder, services });
  else context.say(`project ${name}: ${services.length === 0 ? 'no services' : services.join(', ')}`);
  if (project?.problem) {
    throw new MicroError('manifest.invalid', project.problem.message, { next: project.problem.next });
  }
  const events = client.desktop.start({ project: name, withDependencies: true }, { signal: context.signal });
  return reportAction(context, events, { verb: 'start', done: 'started' });
}

async function addService(
  context: CliContext,
  { client }: ServerConnection,
  folder: string,
  run: RunOptions,
): Promise<ExitCode> {
  const { service } = await client.desktop.addService(
    { name: run.name, folder, command: [...(context.rest ?? [])], env: run.env, port: run.port, kind: run.kind },
    { signal: context.signal },
  );
  const name = service?.name ?? run.name;
  if (context.json)
    context.out.json({ added: name, folder: service?.folder ?? folder, command: service?.command ?? '' });
  else context.say(`added ${name}: ${service?.command ?? ''}`);
  const events = client.desktop.start({ services: [name], withDependencies: true }, { signal: context.signal });
  return reportAction(context, events, { verb: 'start', done: 'started' });
}
