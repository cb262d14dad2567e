import { basename, dirname, resolve } from 'node:path';

/** What the app was asked to do on its command line, or by a second launch. */
export interface AppArguments {
  /** Folder of MICRO_HOME, when it was named. */
  home?: string;
  /** Folders to open as projects, absolute, in the order given. */
  projects: string[];
  /** Service to show. */
  service?: string;
}

/**
 * The words that are the app's own in `argv`, the whole command line of its process. In a checkout the path of the app
 * stands before them, and Electron's and Chromium's words before that.
 * @param appPath the folder of the app, or undefined in a packaged one
 */
export function ownWords(argv: readonly string[], appPath: string | undefined, cwd: string): string[] {
  if (appPath === undefined) return argv.slice(1);
  const at = argv.findIndex((word, index) => index > 0 && resolve(cwd, word) === appPath);
  return argv.slice(at < 0 ? 2 : at + 1);
}

/** Longest link or folder that is looked at; anything longer is not a request of a person. */
const MAX_WORD_CHARS = 4096;

/**
 * Longest command line, characters. A second launch hands its own to the first; Chromium takes a first one that does not
 * accept more than 32 KB for hung, and kills it.
 */
const MAX_LINE_CHARS = 16_384;

/** Why a command line cannot be followed, or undefined. Has to be asked before the app looks for another of its kind. */
export function commandLineProblem(argv: readonly string[]): string | undefined {
  const long = argv.find((word) => word.length > MAX_WORD_CHARS);
  if (long !== undefined) {
    return `A link or folder of ${long.length} characters is not followed; ${MAX_WORD_CHARS} is the most: ${long.slice(0, 60)}…`;
  }
  const length = argv.reduce((sum, word) => sum + word.length + 1, 0);
  return length > MAX_LINE_CHARS
    ? `A command line of ${length} characters is too long; ${MAX_LINE_CHARS} is the most.`
    : undefined;
}

/**
 * Reads the app's own words out of a command line; Chromium's switches and unknown words are left alone, because the
 * system's launcher adds some. `--project DIR` (several times), `--open SERVICE`, `--home DIR`, a folder by itself, or a
 * link `micro://service/NAME`. A link can only navigate.
 */
export function parseAppArguments(words: readonly string[], cwd: string): AppArguments {
  const result: AppArguments = { projects: [] };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const [name, attached] = splitOption(word);
    const value = (): string | undefined => attached ?? words[++index];
    if (name === '--project') addFolder(result, value(), cwd);
    else if (name === '--open') setService(result, value());
    else if (name === '--home') {
      const home = value();
      if (home) result.home = resolve(cwd, home);
    } else if (word.startsWith('micro://')) setService(result, serviceOfLink(word));
    else if (!word.startsWith('-')) addFolder(result, word, cwd);
  }
  return result;
}

function splitOption(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word, undefined];
}

function addFolder(result: AppArguments, folder: string | undefined, cwd: string): void {
  if (!folder || folder.length > MAX_WORD_CHARS) return;
  const named = resolve(cwd, folder);
  // A manifest that is opened from a file manager stands for its folder.
  const path = /^micro\.ya?ml$/.test(basename(named)) ? dirname(named) : named;
  if (!result.projects.includes(path)) result.projects.push(path);
}

function setService(result: AppArguments, name: string | undefined): void {
  if (name !== undefined && /^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) result.service = name;
}

function serviceOfLink(link: string): string | undefined {
  if (link.length > MAX_WORD_CHARS) return undefined;
  try {
    const url = new URL(link);
    return url.host === 'service' ? decodeURIComponent(url.pathname.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}
