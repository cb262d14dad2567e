import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ServiceSpec } from '../project/serviceSpec.ts';

/** What the builders themselves read in a folder; the first that is there counts. */
const OWN_FILES = ['.containerignore', '.dockerignore'];

/** History, secrets and what is made for this machine: in no image, unless the folder's own rules say otherwise. */
const NEVER = ['**/.git', '**/.hg', '**/.svn', '**/.DS_Store', '**/.env', '**/.env.*', '**/.venv', '**/__pycache__'];

/**
 * What of a service's folder its generated image leaves out, in the words of a `.dockerignore`, one pattern a line; the last
 * that matches counts. The folder's own `.dockerignore` decides after {@link NEVER}; without one `.gitignore` does, from the
 * folder of the project downwards, but what the service starts goes along when nothing in the image builds it.
 */
export async function buildIgnore(spec: ServiceSpec): Promise<string[]> {
  const lines = [...NEVER, ...envFilesInside(spec)];
  if (installs(spec)) lines.push('**/node_modules');
  for (const name of OWN_FILES) {
    const own = await textOf(join(spec.folder, name));
    if (own !== undefined) return [...lines, ...ruleLines(own)];
  }
  const git = await gitLines(spec);
  return [...git, ...(spec.build || git.length === 0 ? [] : startedPaths(spec)), ...lines];
}

/** Packages come from the install of the recipe; those that lie here are for this system. */
function installs({ language }: ServiceSpec): boolean {
  return language === 'js' || language === 'ts';
}

/** Their values reach the container as variables. */
function envFilesInside(spec: ServiceSpec): string[] {
  return [...spec.projectEnvFiles, ...spec.envFiles]
    .map((path) => inside(spec.folder, path.replace(/\?$/, '')))
    .filter((path) => path !== undefined);
}

async function gitLines(spec: ServiceSpec): Promise<string[]> {
  const folders = [spec.folder];
  for (let at = spec.folder; at !== spec.projectFolder && inside(spec.projectFolder, at) !== undefined; ) {
    at = dirname(at);
    folders.unshift(at);
  }
  const all: string[] = [];
  for (const folder of folders) {
    const below = inside(folder, spec.folder) ?? '';
    for (const line of ruleLines((await textOf(join(folder, '.gitignore'))) ?? '')) {
      const rule = gitRule(line, below);
      if (rule !== undefined) all.push(rule);
    }
  }
  return all;
}

/**
 * A line of a `.gitignore` as a `.dockerignore` says it; undefined when it is about other folders. `below` is the way from the
 * folder of the file down to the one that is built, `/` separated, empty when it is the same.
 */
export function gitRule(line: string, below: string): string | undefined {
  const isException = line.startsWith('!');
  const pattern = (isException ? line.slice(1) : line).replace(/\/+$/, '');
  const sign = isException ? '!' : '';
  // Without a slash a name is meant wherever it is.
  if (!pattern.includes('/')) return `${sign}**/${pattern}`;
  const anchored = pattern.replace(/^\//, '');
  if (below === '' || anchored.startsWith('**/')) return `${sign}${anchored}`;
  return anchored.startsWith(`${below}/`) ? `${sign}${anchored.slice(below.length + 1)}` : undefined;
}

/** What the command names of the folder: `java -jar target/app.jar` needs `target`, whatever Git thinks of it. */
function startedPaths(spec: ServiceSpec): string[] {
  const words = spec.command?.shell ? spec.command.text.split(/[\s;&|()"']+/) : (spec.command?.argv ?? []);
  const heads = words
    .map((word) => word.replace(/^\.\//, ''))
    .filter((word) => /^[\w@.-]+\/./.test(word) && !word.startsWith('..'))
    .map((word) => word.slice(0, word.indexOf('/')));
  return [...new Set(heads)].filter((head) => head !== 'node_modules').map((head) => `!${head}`);
}

const ruleLines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

function inside(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  if (way === '..' || way.startsWith(`..${sep}`) || way === path) return undefined;
  return way.split(sep).join('/');
}

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
