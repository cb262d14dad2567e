import { readFile } from 'node:fs/promises';
import { MicroError } from '../../../shared/contract/errors.ts';
import { parseEnvFile } from '../project/envFile.ts';
import { isSecret } from '../project/secretName.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ContainerVariable } from './containerVariables.ts';

/**
 * The variables of a service as it is declared, for files that others will read: what micro.yaml names of the config, and
 * what looks like a secret, has no value. Rejects with `env-file.unreadable`.
 */
export async function declaredVariables(
  spec: ServiceSpec,
  given: Readonly<Record<string, string>>,
): Promise<ContainerVariable[]> {
  const values = new Map(Object.entries(given));
  const set = (pairs: Readonly<Record<string, string | null>>): void => {
    for (const [name, value] of Object.entries(pairs)) {
      if (value === null) values.delete(name);
      else values.set(name, value);
    }
  };
  set(spec.projectEnv);
  for (const path of [...spec.projectEnvFiles, ...spec.envFiles]) {
    for (const { name, value } of await readEnvFile(path, values)) values.set(name, value);
  }
  set(spec.env);
  return [...values].map(([name, value]) => {
    if (/\$\{secret:[^}]*\}/.test(value) || isSecret(name, value)) return { name, value: undefined, kind: 'secret' };
    if (/\$\{config:[^}]*\}/.test(value)) return { name, value: undefined, kind: 'config' };
    return { name, value, kind: 'plain' };
  });
}

async function readEnvFile(
  path: string,
  values: ReadonlyMap<string, string>,
): Promise<{ name: string; value: string }[]> {
  const isOptional = path.endsWith('?');
  const file = isOptional ? path.slice(0, -1) : path;
  try {
    return parseEnvFile(await readFile(file, 'utf8'), (name) => values.get(name)).entries;
  } catch (error) {
    if (isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new MicroError('env-file.unreadable', `the env file ${file} cannot be read: ${(error as Error).message}`, {
      next: 'Make the file, or write its name with a ? at the end when it may be missing.',
      cause: error,
    });
  }
}
