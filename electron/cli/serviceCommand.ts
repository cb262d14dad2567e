import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { spawn } from 'node:child_process';
import type { MicroClient } from '../../shared/client/microClient.ts';
import type { EndpointParameter, ServiceEndpoint } from '../../shared/contract/gen/calls_pb.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import type { CliContext } from './context.ts';
import { exitCode } from './exitCode.ts';
import { makeCall } from './makeCall.ts';
import { renderTable } from './table.ts';
import { usageError } from './usageError.ts';

/** `micro-<word>` on PATH: how others add verbs; undefined when there is none. */
export async function externalVerb(word: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = join(folder, `micro-${word}${ending}`);
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}

/** Runs such a program in our place; resolves with its exit code. */
export function runExternalVerb(file: string, words: readonly string[], context: CliContext): Promise<number> {
  return new Promise((resolve, reject) => {
    const shell = /\.(?:cmd|bat)$/i.test(file);
    const child = spawn(file, words as string[], {
      stdio: 'inherit',
      cwd: context.cwd,
      env: { ...context.env, MICRO_HOME: context.home },
      shell,
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? exitCode.failed));
  });
}

/** Words after the name of a service, taken apart. */
interface ServiceWords {
  /** `[handler] [method]`, or a method of HTTP and a path. */
  names: string[];
  fields: Record<string, string>;
  help: boolean;
}

/**
 * `micro <service> [handler] [method] --field=value`: calls an endpoint with its fields as options. The default is
 * `Call` of the handler named after the service; an underscore in a field goes into a nested message.
 */
export async function runServiceCommand(
  context: CliContext,
  client: MicroClient,
  service: string,
  words: readonly string[],
): Promise<number> {
  const { names, fields, help } = takeApart(words);
  const { endpoints, notes } = await client.console.endpoints({ service }, { signal: context.signal });
  const endpoint = find(endpoints, service, names);
  if (names.length === 0 && (help || !endpoint)) {
    printEndpoints(context, service, endpoints, notes);
    return exitCode.fine;
  }
  if (endpoint && help) {
    printFields(context, service, endpoint);
    return exitCode.fine;
  }
  if (!endpoint && (help || !names.some((name) => name.startsWith('/')))) {
    throw new MicroError('calls.no-endpoint', `${service} has no endpoint "${names.join(' ')}"`, {
      next: `see what it offers: micro ${service} --help`,
    });
  }
  return makeCall(
    context,
    { service, endpoint: endpoint?.name ?? names.join(' '), fields },
    { showHead: false, asItComes: endpoint?.serverStreaming ?? false },
  );
}

function takeApart(words: readonly string[]): ServiceWords {
  const names: string[] = [];
  const fields: Record<string, string> = {};
  let help = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const next = words[index + 1];
    const match = /^--([A-Za-z_][\w.-]*)(?:=([\s\S]*))?$/.exec(word);
    if (word === '-h' || word === '--help' || (word === 'help' && names.length === 0)) help = true;
    else if (match) {
      const takesNext = match[2] === undefined && next !== undefined && !next.startsWith('-');
      if (takesNext) index++;
      fields[(match[1] as string).replaceAll('-', '_')] = match[2] ?? (takesNext ? next : 'true');
    } else if (word.startsWith('-')) throw usageError(`"${word}" is not a field`, 'write fields as --name=value');
    else names.push(word);
  }
  return { names, fields, help };
}

function find(
  endpoints: readonly ServiceEndpoint[],
  service: string,
  names: readonly string[],
): ServiceEndpoint | undefined {
  const [first, second] = names;
  const own = camel(service);
  const wanted =
    first === undefined
      ? [`${own}.Call`]
      : second === undefined
        ? [first, `${own}.${camel(first)}`, `GET ${first}`, `GET /${first}`]
        : [`${camel(first)}.${camel(second)}`, `${first} ${second}`, `${first}.${second}`];
  for (const name of wanted) {
    const lower = name.toLowerCase();
    const found = endpoints.find((one) => {
      const known = one.name.toLowerCase();
      return known === lower || known.endsWith(`.${lower}`);
    });
    if (found) return found;
  }
  return second === undefined && first !== undefined ? findByPath(endpoints, first) : undefined;
}

/** The endpoint with this path, with or without its first slash, where there is only one method for it. */
function findByPath(endpoints: readonly ServiceEndpoint[], path: string): ServiceEndpoint | undefined {
  const wanted = path.startsWith('/') ? path : `/${path}`;
  const found = endpoints.filter((one) => one.path.toLowerCase() === wanted.toLowerCase());
  return found.length === 1 ? found[0] : undefined;
}

/** `hello-world` as micro names handlers and methods: `HelloWorld`. */
function camel(name: string): string {
  return name.replace(/(?:^|[-_])([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function printEndpoints(
  context: CliContext,
  service: string,
  endpoints: readonly ServiceEndpoint[],
  notes: readonly string[],
): void {
  if (context.json) {
    context.out.json({ service, endpoints: endpoints.map(endpointJson), notes });
    return;
  }
  const { colours } = context.out;
  context.out.line(`${colours.bold(service)} offers:`);
  context.out.line('');
  const rows = [...endpoints];
  const table = renderTable<ServiceEndpoint>(
    [
      { title: 'ENDPOINT', text: ({ name }) => name, colour: (text) => colours.bold(text) },
      { title: 'FROM', text: ({ source }) => source, colour: (text) => colours.dim(text) },
      { title: 'WHAT', text: ({ description }) => description },
    ],
    rows,
    colours.dim,
  );
  for (const line of rows.length > 0 ? table : ['nothing that is known']) context.out.line(`  ${line}`);
  for (const note of notes) context.out.line(colours.dim(`  (${note})`));
  context.out.line('');
  context.out.line(`fields of one: micro ${service} ENDPOINT --help`);
  context.out.line(`call one:      micro ${service} ENDPOINT --field=value`);
}

function printFields(context: CliContext, service: string, endpoint: ServiceEndpoint): void {
  if (context.json) {
    context.out.json(endpointJson(endpoint));
    return;
  }
  const { colours } = context.out;
  context.out.line(`${colours.bold(service)} ${endpoint.name}`);
  if (endpoint.description) context.out.line(endpoint.description);
  context.out.line('');
  if (endpoint.parameters.length === 0) context.out.line('  no fields are known');
  const table = renderTable<EndpointParameter>(
    [
      { title: 'FIELD', text: ({ name }) => `--${name}`, colour: (text) => colours.bold(text) },
      { title: 'TYPE', text: ({ type }) => type },
      { title: 'IN', text: (one) => one.in, colour: (text) => colours.dim(text) },
      { title: '', text: ({ required }) => (required ? 'required' : '') },
      {
        title: 'WHAT',
        text: ({ description, choices }) =>
          [description, choices.length > 0 ? `one of ${choices.join(', ')}` : ''].filter(Boolean).join('; '),
      },
    ],
    endpoint.parameters,
    colours.dim,
  );
  if (endpoint.parameters.length > 0) for (const line of table) context.out.line(`  ${line}`);
}

function endpointJson(endpoint: ServiceEndpoint): unknown {
  const { name, protocol, method, path, description, parameters, source } = endpoint;
  return {
    name,
    protocol,
    method,
    path,
    description,
    source,
    parameters: parameters.map((one) => ({
      name: one.name,
      in: one.in,
      type: one.type,
      required: one.required,
      description: one.description,
      choices: one.choices,
    })),
  };
}
