import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type ConfigUse, ConfigUseSchema } from '../../../shared/contract/gen/state_pb.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { EnvironmentValue } from './environmentValue.ts';

/** Reads one value of the config; undefined when nothing is there. Secrets are read in the clear when asked for. */
export type ConfigLookup = (path: string, options: { secrets: boolean }) => Promise<unknown>;

/** `${config:db.host}` and `${secret:api.key}`; other `${…}` are the business of env files. */
const REFERENCE = /\$\{(config|secret):([^}]*)\}/g;
/** What the config shows in place of a secret. */
const MASK = '[secret]';

/** Whether an error says that a value of the config is missing, or a secret that may be readable later. */
export function isLack(code: string | undefined): boolean {
  return code === 'config.not-found' || code === 'config.key-locked';
}

/** What was read of the config, by how it is named: `config:db.host`, `secret:api.key`; undefined where nothing was. */
export type ConfigReading = ReadonlyMap<string, string | undefined>;

/** Reads again what was read before. */
export async function readAgain(before: ConfigReading, lookup: ConfigLookup | undefined): Promise<ConfigReading> {
  const now = new Map<string, string | undefined>();
  for (const reference of before.keys()) {
    const [kind = '', path = ''] = splitReference(reference);
    const found = await lookup?.(path, { secrets: kind === 'secret' });
    now.set(reference, found === undefined ? undefined : textOf(found));
  }
  return now;
}

function splitReference(reference: string): [string, string] {
  const colon = reference.indexOf(':');
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}

/** Every value of the config that variables name. */
export function referencesIn(...environments: Readonly<Record<string, string | null>>[]): string[] {
  const values = environments.flatMap((environment) => Object.values(environment));
  const named = values.flatMap((value) => [...(value ?? '').matchAll(REFERENCE)]);
  return [...new Set(named.map(([, kind, path]) => `${kind}:${path}`))];
}

/** Where a service has its variables from. */
export type DeclaredVariables = Pick<ServiceSpec, 'projectEnv' | 'fileVariables' | 'env'>;

/** Variables of the manifest that a service has: what env files set wins over the project, what it sets itself over both. */
function declaredValues({ projectEnv, fileVariables = [], env }: DeclaredVariables): Record<string, string | null> {
  const inFiles = new Set(fileVariables);
  const ofProject = Object.entries(projectEnv).filter(([variable]) => !inFiles.has(variable));
  return { ...Object.fromEntries(ofProject), ...env };
}

/** Every value of the config that the environment of a service needs. */
export function neededReferences(declared: DeclaredVariables): string[] {
  return referencesIn(declaredValues(declared));
}

/** Where the manifest names the config in the environment of a service, by variable. */
export function configUses(declared: DeclaredVariables): ConfigUse[] {
  return Object.entries(declaredValues(declared)).flatMap(([variable, value]) =>
    referencesIn({ [variable]: value }).map((reference) => {
      const [kind, path] = splitReference(reference);
      return create(ConfigUseSchema, { path, secret: kind === 'secret', variable });
    }),
  );
}

/**
 * Puts values of the config where the manifest names them in a variable of the project or the service. A level or list is
 * written as JSON. What is not there, and a secret that is named as plain `config`, fails with the variable's name, so that
 * no service starts with half of what it needs. Changes `values`, and resolves with what was read.
 */
export async function fillConfigReferences(
  values: Map<string, EnvironmentValue>,
  lookup: ConfigLookup | undefined,
): Promise<ConfigReading> {
  const read = new Map<string, string | undefined>();
  for (const [name, { value, origin }] of values) {
    if ((origin !== 'project' && origin !== 'service') || !value.includes('${')) continue;
    const references = [...value.matchAll(REFERENCE)];
    if (references.length === 0) continue;
    let filled = '';
    let from = 0;
    for (const reference of references) {
      const [whole, kind, path = ''] = reference;
      const text = await valueOf(name, kind === 'secret', path, lookup);
      read.set(`${kind}:${path}`, text);
      filled += value.slice(from, reference.index) + text;
      from = reference.index + whole.length;
    }
    const isSecret = references.some(([, kind]) => kind === 'secret');
    const sources = references.map(([, kind, path]) => `${kind}:${path}`).join(', ');
    values.set(name, {
      value: filled + value.slice(from),
      origin: `${origin}, ${sources}`,
      ...(isSecret ? { secret: true } : {}),
    });
  }
  return read;
}

async function valueOf(
  variable: string,
  secrets: boolean,
  path: string,
  lookup: ConfigLookup | undefined,
): Promise<string> {
  const found = await lookup?.(path, { secrets });
  if (found === undefined)
    throw new MicroError('config.not-found', `${variable} needs ${path} of the config, where nothing is`, {
      next: `Set it with: micro config set ${path} VALUE${secrets ? ' --secret' : ''}`,
    });
  const text = textOf(found);
  if (!secrets && text.includes(MASK))
    throw new MicroError('config.not-found', `${variable} names ${path} as config, but it is a secret`, {
      next: `Write \${secret:${path}} in micro.yaml.`,
    });
  return text;
}

/** A value as it stands in a variable: a level or list as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
