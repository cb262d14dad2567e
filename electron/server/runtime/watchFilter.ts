import { isAbsolute, relative, resolve, sep } from 'node:path';
import ignoreFactory, { type Ignore } from 'ignore';
import type { ServiceSpec } from '../project/serviceSpec.ts';

/** Folders and files that never reload a service: other people's code, tools' caches, editors' droppings. */
const alwaysIgnored = [
  '.git',
  '.hg',
  '.svn',
  '.jj',
  'node_modules',
  'bower_components',
  '__pycache__',
  '*.py[cod]',
  '.venv',
  'venv',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.gradle',
  '.idea',
  '.vscode',
  '.cache',
  '.parcel-cache',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  'coverage',
  '*.log',
  '*.pid',
  '.DS_Store',
  'Thumbs.db',
  '*.swp',
  '*.swo',
  '*.swx',
  '*~',
  '4913',
  '.#*',
  '#*#',
  '*.tmp',
  '*.temp',
  '.*.un~',
  '*___jb_*___',
];
/** What compilers write; ignored when the service has a build, which would otherwise set itself off. */
const buildOutput = ['dist', 'build', 'out', 'target', 'bin', 'obj', '.build'];

/** Whether a change of a file counts, and why (not). */
export interface WatchVerdict {
  counts: boolean;
  why: string;
}

/** Decides which files of a service's folder reload it. */
export class WatchFilter {
  readonly roots: readonly string[];
  private readonly usual: Ignore;
  private readonly chosen: Ignore;
  private readonly git: { folder: string; rules: Ignore }[];
  private readonly include: { pattern: string; test: RegExp }[];

  /** `gitIgnores` are the .gitignore files that apply, with the folders they lie in; `dataFolders` are our own (MICRO_HOME). */
  constructor(
    private readonly spec: ServiceSpec,
    gitIgnores: readonly { folder: string; text: string }[],
    private readonly dataFolders: readonly string[],
  ) {
    this.usual = ignoreFactory().add([...alwaysIgnored, ...(spec.build ? buildOutput : [])]);
    this.chosen = ignoreFactory().add([...(spec.watch?.ignore ?? [])]);
    this.git = gitIgnores.map(({ folder, text }) => ({ folder, rules: ignoreFactory().add(text) }));
    this.include = (spec.watch?.include ?? []).map((pattern) => ({ pattern, test: globToRegExp(pattern) }));
    const outside = (spec.watch?.include ?? [])
      .filter((pattern) => pattern.startsWith('..'))
      .map((pattern) => resolve(spec.folder, staticPart(pattern)));
    this.roots = [...new Set([spec.folder, ...outside])];
  }

  /** For an absolute path. A folder counts when something in it can. */
  judge(path: string, isFolder: boolean): WatchVerdict {
    const { folder } = this.spec;
    if (this.dataFolders.some((data) => isWithin(path, data)))
      return { counts: false, why: 'it belongs to the data of the server' };
    const root = this.roots.find((each) => isWithin(path, each));
    if (root === undefined) return { counts: false, why: `it is not under ${folder}` };
    const inRoot = slashed(relative(root, path));
    if (inRoot === '') return { counts: true, why: 'it is the watched folder' };
    const named = isFolder ? `${inRoot}/` : inRoot;
    const usual = this.usual.test(named);
    if (usual.ignored) return { counts: false, why: `it matches ${ruleOf(usual)}, which never counts` };
    const chosen = this.chosen.test(named);
    if (chosen.ignored) return { counts: false, why: `watch.ignore has ${ruleOf(chosen)}` };
    for (const { folder: gitFolder, rules } of this.git) {
      if (!isWithin(path, gitFolder)) continue;
      const inGit = slashed(relative(gitFolder, path));
      if (inGit === '') continue;
      const verdict = rules.test(isFolder ? `${inGit}/` : inGit);
      if (verdict.ignored) return { counts: false, why: `.gitignore in ${gitFolder} has ${ruleOf(verdict)}` };
    }
    if (isFolder || this.include.length === 0) return { counts: true, why: 'it is in the watched folder' };
    const inFolder = slashed(relative(folder, path));
    const match = this.include.find(({ test }) => test.test(inFolder));
    if (match) return { counts: true, why: `watch.include has ${match.pattern}` };
    return {
      counts: false,
      why: `no pattern of watch.include matches it (${this.include.map(({ pattern }) => pattern).join(', ')})`,
    };
  }
}

function ruleOf(verdict: { rule?: { pattern?: string } | undefined }): string {
  return verdict.rule?.pattern ? `"${verdict.rule.pattern}"` : 'a rule';
}

/** Whether `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return (
    way === '' ||
    (!way.startsWith('..') && !isAbsolute(way)) ||
    (way.startsWith('..') && way !== '..' && !way.startsWith(`..${sep}`))
  );
}

function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** The part of a pattern before its first wildcard. */
function staticPart(pattern: string): string {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  return (wild < 0 ? parts.slice(0, -1) : parts.slice(0, wild)).join('/') || '.';
}

/** A pattern with **, *, ? and {a,b} as a regular expression over a whole relative path. */
export function globToRegExp(pattern: string): RegExp {
  const text = pattern.replace(/^\.\//, '').replace(/\/$/, '/**');
  let source = '';
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (text.startsWith('**/', i)) {
      source += '(?:[^/]+/)*';
      i += 2;
    } else if (text.startsWith('**', i)) {
      source += '.*';
      i += 1;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '{') {
      source += '(?:';
      depth++;
    } else if (char === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (char === ',' && depth > 0) source += '|';
    else source += char.replace(/[.+^$()|[\]\\{}]/g, '\\$&');
  }
  return new RegExp(`^${source}${')'.repeat(depth)}$`);
}
