import { MicroError } from '../../../shared/contract/errors.ts';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import type { Endpoint, Service as Registration, Value } from '../../../shared/contract/gen/registry_pb.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { serviceFacts } from '../serviceFacts.ts';
import { serviceStatusJson } from '../statusJson.ts';
import { renderTable } from '../table.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro get service NAME`: everything known of one service: how it is run, its nodes and its endpoints. */
export const getVerb: Verb = {
  configure(command) {
    command.argument('<words...>', '"service" and its name').usage('[options] service NAME');
    addExamples(command, [
      ['micro get service orders', 'folder, command, versions, nodes, endpoints'],
      ['micro get service orders --json', 'the same as one JSON object'],
    ]);
  },
  async run(context, args) {
    const name = nameOf(args);
    const { client } = await context.connect();
    const [{ services }, versions] = await Promise.all([
      client.desktop.status({}, { signal: context.signal }),
      registrations(context, client, name),
    ]);
    const service = services.find((candidate) => candidate.name === name);
    if (!service && versions.length === 0) {
      throw new MicroError('service.not-found', `there is no service "${name}"`, {
        next: 'list them with: micro services',
      });
    }
    if (context.json) context.out.json(toJson(name, service, versions));
    else print(context, name, service, versions);
    return exitCode.fine;
  },
};

function nameOf(args: readonly string[]): string {
  const [what, name] = args;
  if (args.length === 1 && what !== 'service') return what as string;
  if (args.length === 2 && what === 'service') return name as string;
  throw usageError(`"${args.join(' ')}" is not something to get`, 'use: micro get service NAME');
}

/** What the registry knows: empty for a service that is not up. */
async function registrations(
  context: CliContext,
  client: Awaited<ReturnType<CliContext['connect']>>['client'],
  name: string,
): Promise<Registration[]> {
  try {
    return (await client.registry.getService({ service: name }, { signal: context.signal })).services;
  } catch (error) {
    if (error instanceof MicroError && error.kind === 'not-found') return [];
    throw error;
  }
}

function print(context: CliContext, name: string, service: Service | undefined, versions: Registration[]): void {
  const { out } = context;
  const { bold, dim } = out.colours;
  const facts: [string, string][] = [['service', bold(name)]];
  if (service) facts.push(...serviceFacts(service, out.colours, Date.now()));
  for (const [title, text] of facts) {
    out.line(`${dim(title.padEnd(12))} ${text.replaceAll('\n', `\n${' '.repeat(13)}`)}`);
  }
  for (const version of versions) printVersion(context, version);
}

function printVersion({ out }: CliContext, version: Registration): void {
  const { dim } = out.colours;
  out.line();
  out.line(`${dim('version'.padEnd(12))} ${version.version}`);
  const rows = version.nodes.map((node) => ({ node, metadata: pairs(node.metadata) }));
  const table = renderTable(
    [
      { title: 'NODE', text: ({ node }) => node.id },
      { title: 'ADDRESS', text: ({ node }) => node.address },
      { title: 'METADATA', text: ({ metadata }) => metadata },
    ],
    rows,
    dim,
  );
  if (rows.length > 0) for (const line of table) out.line(line);
  for (const endpoint of version.endpoints) printEndpoint(out, endpoint);
}

function printEndpoint(out: CliContext['out'], endpoint: Endpoint): void {
  out.line();
  out.line(`${out.colours.dim('endpoint'.padEnd(12))} ${out.colours.bold(endpoint.name)}`);
  const { requestSchema: _request, responseSchema: _response, ...shown } = endpoint.metadata;
  const metadata = pairs(shown);
  if (metadata) out.line(`${out.colours.dim('metadata'.padEnd(12))} ${metadata}`);
  for (const [title, value] of [
    ['request', endpoint.request],
    ['response', endpoint.response],
  ] as const) {
    if (value) out.line(`${out.colours.dim(title.padEnd(12))} ${describeValue(value)}`);
  }
}

/** A message as `Name { field type, … }`. */
function describeValue(value: Value): string {
  if (value.values.length === 0) return value.type || '{}';
  const fields = value.values.map((field) => `${field.name} ${describeValue(field)}`);
  return `${value.type} { ${fields.join(', ')} }`;
}

function pairs(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

function toJson(name: string, service: Service | undefined, versions: Registration[]): Record<string, unknown> {
  return {
    name,
    ...(service
      ? {
          ...serviceStatusJson(service),
          folder: service.folder,
          command: service.command,
          readyBy: service.readyBy,
          dependsOn: Object.fromEntries(service.dependsOn.map((need) => [need.service, need.condition])),
          declaredAt: service.declaredAt || null,
        }
      : {}),
    versions: versions.map((version) => ({
      version: version.version,
      metadata: version.metadata,
      nodes: version.nodes.map(({ id, address, metadata }) => ({ id, address, metadata })),
      endpoints: version.endpoints.map(({ name: endpoint, metadata, request, response }) => ({
        name: endpoint,
        metadata,
        request: request ? valueJson(request) : null,
        response: response ? valueJson(response) : null,
      })),
    })),
  };
}

function valueJson(value: Value): unknown {
  return { name: value.name, type: value.type, values: value.values.map(valueJson) };
}
