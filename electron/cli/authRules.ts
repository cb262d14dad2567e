import { Access, type Rule } from '../../shared/contract/gen/auth_pb.ts';
import type { AuthOptions } from './authOptions.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { renderTable } from './table.ts';
import { usageError } from './usageError.ts';

/** Prints the rules, those that are asked first on top, as micro has it: id, scope, access, resource, priority. */
export async function listRules(context: CliContext, { namespace }: AuthOptions): Promise<ExitCode> {
  const { client } = await context.connect();
  const { rules } = await client.rules.list({ options: { namespace } }, { signal: context.signal });
  const sorted = [...rules].sort((a, b) => b.priority - a.priority);
  if (context.json) {
    for (const rule of sorted) {
      const { id, scope, priority } = rule;
      context.out.json({ id, scope, access: accessText(rule), resource: resourceText(rule), priority });
    }
    return exitCode.fine;
  }
  const lines = renderTable<Rule>(
    [
      { title: 'ID', text: ({ id }) => id },
      { title: 'SCOPE', text: ({ scope }) => scope || '<public>' },
      { title: 'ACCESS', text: accessText },
      { title: 'RESOURCE', text: resourceText },
      { title: 'PRIORITY', text: ({ priority }) => String(priority), align: 'right' },
    ],
    sorted,
    context.out.colours.bold,
  );
  for (const line of lines) context.out.line(line);
  return exitCode.fine;
}

/** Makes a rule. */
export async function createRule(context: CliContext, id: string, options: AuthOptions): Promise<ExitCode> {
  const { namespace, scope, priority } = options;
  const rule = { id, scope, resource: resourceOf(options.resource), access: accessOf(options.access), priority };
  const { client } = await context.connect();
  await client.rules.create({ rule, options: { namespace } }, { signal: context.signal });
  if (context.json) context.out.json({ rule: id, created: true });
  else context.say('created');
  return exitCode.fine;
}

function resourceOf(text = '*:*:*'): { type: string; name: string; endpoint: string } {
  const [type = '', name = '', ...endpoint] = text.split(':');
  if (type !== '' && name !== '' && endpoint.join(':') !== '') return { type, name, endpoint: endpoint.join(':') };
  throw usageError(`--resource "${text}" is not type:name:endpoint`, 'for example: service:orders:/admin/*');
}

function accessOf(text = 'granted'): Access {
  if (text === 'granted') return Access.GRANTED;
  if (text === 'denied') return Access.DENIED;
  throw usageError(`--access "${text}" is not granted or denied`, 'use one of them');
}

function accessText({ access }: Rule): string {
  return access === Access.GRANTED ? 'granted' : 'denied';
}

function resourceText({ resource }: Rule): string {
  return [resource?.type, resource?.name, resource?.endpoint].join(':');
}
