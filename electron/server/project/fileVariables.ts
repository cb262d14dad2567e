import { readFile, stat } from 'node:fs/promises';
import { parseEnvFile } from './envFile.ts';
import type { ServiceSpec } from './serviceSpec.ts';

type EnvFiles = Pick<ServiceSpec, 'projectEnvFiles' | 'envFiles'>;

/**
 * The services, each with the names that its env files set, as they are now. A file that cannot be read sets nothing here;
 * the start of the service says so.
 */
export async function withFileVariables(specs: readonly ServiceSpec[]): Promise<ServiceSpec[]> {
  const names = new Map<string, readonly string[]>();
  for (const path of filesOf(specs)) names.set(path, await namesIn(path));
  return specs.map(({ fileVariables, ...spec }) => {
    const set = new Set(filesOf([spec]).flatMap((path) => names.get(path) ?? []));
    return set.size === 0 ? spec : { ...spec, fileVariables: [...set].sort() };
  });
}

/** Differs after each change of one of the env files. */
export async function envFilesStamp(specs: readonly EnvFiles[]): Promise<string> {
  const stamps = filesOf(specs).map((path) =>
    stat(path).then(
      (stats) => `${path} ${stats.ino} ${stats.size} ${stats.mtimeMs}`,
      () => path,
    ),
  );
  return (await Promise.all(stamps)).join('\n');
}

function filesOf(specs: readonly EnvFiles[]): string[] {
  const paths = specs.flatMap((spec) => [...spec.projectEnvFiles, ...spec.envFiles]);
  return [...new Set(paths.map((path) => path.replace(/\?$/, '')))];
}

async function namesIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return parseEnvFile(text, () => undefined).entries.map(({ name }) => name);
}
