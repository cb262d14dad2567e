import { type ConfigUser, configUsers } from '../../shared/client/configUsers.ts';
import type { Difference } from '../../shared/contract/gen/config_history_pb.ts';
import type { CliContext } from './context.ts';
import { exitCode } from './exitCode.ts';
import { inputBytes } from './inputBytes.ts';
import { type Column, renderTable } from './table.ts';
import { usageError } from './usageError.ts';
import type { VerbAction } from './verbActions.ts';

/** Options of `micro config`, as commander names them. */
export interface ConfigOptions {
  namespace: string;
  secret: boolean;
  limit: number;
}

/** One word after `micro config`. */
export type ConfigAction = VerbAction<ConfigOptions>;

/** Prints a value: a scalar bare, a level as JSON. */
export const getAction: ConfigAction = {
  takes: ['PATH?'],
  options: ['namespace', 'secret'],
  async run(context, [path = ''], { namespace, secret }) {
    const { client } = await context.connect();
    const { value } = await client.config.get({ namespace, path, options: { secret } }, { signal: context.signal });
    const json = JSON.parse(value?.data ?? 'null') as unknown;
    if (context.json) context.out.json({ namespace, path, value: json });
    else context.out.line(typeof json === 'object' ? JSON.stringify(json, null, 2) : String(json));
    return exitCode.fine;
  },
};

/** Sets a value: JSON if it is JSON, else text. Without one it is read from standard input. */
export const setAction: ConfigAction = {
  takes: ['PATH', 'VALUE?'],
  options: ['namespace', 'secret'],
  async run(context, [path = '', given], { namespace, secret }) {
    const { client } = await context.connect();
    const text = given ?? (await inputBytes(context)).toString('utf8').replace(/\r?\n$/, '');
    await client.config.set(
      { namespace, path, value: { data: asJson(text), format: 'json' }, options: { secret } },
      { signal: context.signal },
    );
    if (context.json) context.out.json({ namespace, path, set: true });
    else context.say(`${path || 'the document'} is set${secret ? ', encrypted' : ''}`);
    if (secret && given !== undefined)
      context.err.line(
        'note: other users of this machine can see a value on a command line; leave it out to type or pipe it',
      );
    return exitCode.fine;
  },
};

/** Takes out a value or a level. */
export const delAction: ConfigAction = {
  takes: ['PATH'],
  options: ['namespace'],
  async run(context, [path = ''], { namespace }) {
    const { client } = await context.connect();
    await client.config.delete({ namespace, path }, { signal: context.signal });
    if (context.json) context.out.json({ namespace, path, deleted: true });
    else context.say(`${path} is deleted; bring it back with: micro config rollback`);
    return exitCode.fine;
  },
};

/** Prints which services have a value in their environment, as micro.yaml says. */
export const usageAction: ConfigAction = {
  takes: ['PATH?'],
  options: [],
  async run(context, [path = '']) {
    const { client } = await context.connect();
    const { services } = await client.desktop.status({}, { signal: context.signal });
    const users = configUsers(services, path);
    if (context.json) context.out.json({ path, uses: users });
    else if (users.length === 0) context.say(`no service uses ${path === '' ? 'the config' : path}`);
    else for (const line of renderTable(usageColumns, users, context.out.colours.dim)) context.out.line(line);
    return exitCode.fine;
  },
};

const usageColumns: Column<ConfigUser>[] = [
  { title: 'PATH', text: ({ path }) => path },
  { title: 'SERVICE', text: ({ service }) => service },
  { title: 'VARIABLE', text: ({ variable }) => variable },
  { title: 'NAMED AS', text: ({ path, secret }) => `\${${secret ? 'secret' : 'config'}:${path}}` },
];

/** Prints the changes, newest first. */
export const historyAction: ConfigAction = {
  takes: ['PATH?'],
  options: ['namespace', 'limit'],
  async run(context, [path = ''], { namespace, limit }) {
    const { client } = await context.connect();
    const { changes } = await client.configHistory.list({ namespace, path, limit }, { signal: context.signal });
    for (const { revision, at, action, path: changed, differences } of changes) {
      const time = new Date(at).toISOString();
      if (context.json) {
        context.out.json({ revision, time, action, path: changed, differences: differences.map(toJson) });
        continue;
      }
      context.out.line(context.out.colours.bold(`${revision}  ${time}  ${action} ${changed}`.trimEnd()));
      for (const difference of differences) printDifference(context, difference, '    ');
    }
    if (changes.length === 0) context.say('no changes');
    return exitCode.fine;
  },
};

/** Prints what is different between two revisions, or between one and now. */
export const diffAction: ConfigAction = {
  takes: ['REVISION', 'REVISION?'],
  options: ['namespace'],
  async run(context, [from = '', to = '0'], { namespace }) {
    const { client } = await context.connect();
    const { differences } = await client.configHistory.diff(
      { namespace, from: revisionOf(from), to: revisionOf(to) },
      { signal: context.signal },
    );
    if (context.json) context.out.json({ differences: differences.map(toJson) });
    else if (differences.length === 0) context.say('no difference');
    else for (const difference of differences) printDifference(context, difference, '');
    return exitCode.fine;
  },
};

/** Sets the document to what it was. */
export const rollbackAction: ConfigAction = {
  takes: ['REVISION'],
  options: ['namespace'],
  async run(context, [text = ''], { namespace }) {
    const { client } = await context.connect();
    const { revision } = await client.configHistory.rollBack(
      { namespace, revision: revisionOf(text) },
      { signal: context.signal },
    );
    if (context.json) context.out.json({ namespace, revision });
    else context.say(`as it was at ${text}; this is revision ${revision}`);
    return exitCode.fine;
  },
};

function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

function revisionOf(text: string): number {
  const revision = Number(text);
  if (Number.isSafeInteger(revision) && revision >= 0 && text.trim() !== '') return revision;
  throw usageError(`"${text}" is not a revision`, 'take a number of: micro config history');
}

function toJson({ path, before, after }: Difference): unknown {
  const value = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));
  return { path, before: value(before), after: value(after) };
}

function printDifference(context: CliContext, { path, before, after }: Difference, indent: string): void {
  const { colours } = context.out;
  if (before !== undefined) context.out.line(colours.red(`${indent}- ${path}: ${before}`));
  if (after !== undefined) context.out.line(colours.green(`${indent}+ ${path}: ${after}`));
}
