import { kindWord, statusWord } from '../../../shared/client/serviceWords.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Project, Service } from '../../../shared/contract/gen/state_pb.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../duration.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { serviceNote } from '../serviceNote.ts';
import { statusColour } from '../statusColour.ts';
import { serviceStatusJson } from '../statusJson.ts';
import { type Column, renderTable } from '../table.ts';
import type { Verb } from '../verb.ts';

/** `micro status`: what runs, where, since when, and if not, why. */
export const statusVerb: Verb = {
  configure(command) {
    command
      .argument('[names...]', 'names of services (default: all)')
      .option('--project <name>', 'only the services of a project');
    addExamples(command, [
      ['micro status', 'every service'],
      ['micro status orders', 'one service'],
      ['micro status --json', '{"services":[{"name","project","kind","status","reason",…}]}'],
    ]);
  },
  async run(context, args, options) {
    const { client } = await context.connect();
    const response = await client.desktop.status({ services: [...args] }, { signal: context.signal });
    const project = typeof options.project === 'string' ? options.project : undefined;
    if (project !== undefined) requireProject([...response.projects, ...projectsOf(response.elsewhere)], project);
    const services = [...response.services, ...response.elsewhere]
      .filter((service) => project === undefined || service.project === project)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.server < b.server ? -1 : 1));
    if (context.json) {
      context.out.json({ services: services.map(serviceStatusJson) });
      return exitCode.fine;
    }
    printProblems(context, response.projects);
    if (services.length === 0) {
      context.say('no services');
      context.say('add some with: micro run DIR, or: micro run -- COMMAND');
      return exitCode.fine;
    }
    const { colours } = context.out;
    for (const line of renderTable(columns(context, Date.now(), response.servers.length > 0), services, colours.dim))
      context.out.line(line);
    return exitCode.fine;
  },
};

/** `shared`: several servers form the environment, so each service says which one runs it. */
function columns(context: CliContext, now: number, shared: boolean): Column<Service>[] {
  const { colours } = context.out;
  const each = (service: Service, text: (instance: Service['instances'][number]) => string): string =>
    service.instances.map(text).filter(Boolean).join(',');
  return [
    { title: 'NAME', text: (service) => service.name, colour: (text) => colours.bold(text) },
    { title: 'KIND', text: (service) => kindWord(service.kind) },
    {
      title: 'STATUS',
      text: (service) => statusWord(service.status),
      colour: (text, service) => statusColour(colours, service.status)(text),
    },
    ...(shared ? [{ title: 'SERVER', text: ({ server }: Service) => server || '-' }] : []),
    { title: 'ADDRESS', text: (service) => each(service, (instance) => instance.address) || '-' },
    { title: 'PID', text: (service) => each(service, (instance) => (instance.pid ? `${instance.pid}` : '')) || '-' },
    { title: 'RESTARTS', text: (service) => `${service.restarts}`, align: 'right' },
    {
      title: 'UP',
      text: (service) => {
        const startedAt = service.instances.at(0)?.startedAt ?? 0;
        return startedAt > 0 ? formatDuration(now - startedAt) : '-';
      },
    },
    { title: 'REASON', text: (service) => serviceNote(service, now), colour: (text) => colours.dim(text) },
  ];
}

function printProblems(context: CliContext, projects: readonly Project[]): void {
  const { err } = context;
  for (const { name, problem } of projects) {
    if (!problem) continue;
    err.line(`${err.colours.yellow('warning:')} project ${name}: ${problem.message}`);
    if (problem.next) err.line(`${err.colours.dim('next:')} ${problem.next}`);
  }
}

function projectsOf(services: readonly Service[]): { name: string }[] {
  return [...new Set(services.map(({ project }) => project))].filter(Boolean).map((name) => ({ name }));
}

function requireProject(projects: readonly { name: string }[], name: string): void {
  if (projects.some((project) => project.name === name)) return;
  const open = projects.map((project) => project.name).join(', ') || 'none';
  throw new MicroError('project.not-found', `there is no open project "${name}"`, { next: `open projects: ${open}` });
}
