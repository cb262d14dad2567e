import { delimiter } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { askShell, RESOLVING } from './askShell.ts';
import { chooseShell, passwdShell } from './chooseShell.ts';
import { cleanEnvironment } from './cleanEnvironment.ts';

/** Variables that tell of the one shell that was asked, not of the user. They keep the value they had before. */
const OF_THE_SHELL = ['_', 'SHLVL', 'PWD', 'OLDPWD', RESOLVING, 'ELECTRON_RUN_AS_NODE', 'ELECTRON_NO_ATTACH_CONSOLE'];

/** The environment that services begin with, and where it is from. */
export interface SystemEnvironment {
  env: Record<string, string>;
  /** `shell`: what the user's login shell has; `process`: our own. */
  source: 'shell' | 'process';
  /** The shell that was asked. */
  shell?: string;
  /** Something did not go as it should, as a sentence for the user. */
  warning?: string;
}

/** What a {@link ShellEnvironment} works with; everything has a sensible default. */
export interface ShellEnvironmentOptions {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  clock?: Clock;
  /** The Node program that prints the environment. */
  node?: string;
  /** The user's login shell as the system knows it. */
  loginShell?: () => string | undefined;
  timeoutMs?: number;
  /** Folder of programs for machines that lack them; looked in last. */
  fallbackFolder?: string | undefined;
}

/**
 * The environment that a user has in a terminal. An app started from a desktop does not have it: PATH lacks what the
 * start-up files of the shell add (version managers, ~/bin). Then the shell is started once, as a terminal would do it,
 * and a program of ours prints the environment between two marks, so that greetings cannot get into it.
 */
export class ShellEnvironment {
  private result: Promise<SystemEnvironment> | undefined;

  constructor(private readonly options: ShellEnvironmentOptions = {}) {}

  /** Asked once; later calls get the same answer. Never rejects. */
  read(): Promise<SystemEnvironment> {
    this.result ??= resolveSystemEnvironment(this.options).then((found) => ({
      ...found,
      env: withFallback(found.env, this.options.fallbackFolder),
    }));
    return this.result;
  }

  /** Asks anew, e.g. after the user changed a start-up file. */
  refresh(): Promise<SystemEnvironment> {
    this.result = undefined;
    return this.read();
  }
}

/** The variables with a folder at the end of PATH, whatever case the system writes that name in. */
export function withFallback(
  env: Readonly<Record<string, string>>,
  folder: string | undefined,
): Record<string, string> {
  if (folder === undefined) return { ...env };
  const name = Object.keys(env).find((each) => each.toUpperCase() === 'PATH') ?? 'PATH';
  const folders = (env[name] ?? '').split(delimiter).filter((each) => each !== '' && each !== folder);
  return { ...env, [name]: [...folders, folder].join(delimiter) };
}

/** True when `env` is already that of a terminal, or there is no other (Windows has one environment for everything). */
export function hasTerminalEnvironment(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return true;
  const terminal = env['TERM'];
  return terminal !== undefined && terminal !== '' && terminal !== 'dumb';
}

async function resolveSystemEnvironment(options: ShellEnvironmentOptions): Promise<SystemEnvironment> {
  const env = options.env ?? process.env;
  const own = cleanEnvironment(env);
  if (hasTerminalEnvironment(env, options.platform ?? process.platform)) return { env: own, source: 'process' };
  const { shell, missing } = await chooseShell(env['SHELL'], (options.loginShell ?? passwdShell)());
  const gone = missing ? `the shell ${missing} does not exist` : undefined;
  if (!shell) return { env: own, source: 'process', warning: `${gone ?? 'no shell was found'}; ${FALLBACK}` };
  try {
    const printed = await askShell(shell, own, {
      clock: options.clock ?? systemClock,
      node: options.node ?? process.execPath,
      timeoutMs: options.timeoutMs,
    });
    const kept = cleanEnvironment(printed);
    for (const name of OF_THE_SHELL) {
      const before = own[name];
      if (before === undefined) delete kept[name];
      else kept[name] = before;
    }
    const path = kept['PATH'];
    // A login file may set PATH from nothing; what we were started with is still worth looking in, after the rest.
    if (path !== undefined) {
      const folders = [...path.split(delimiter), ...(own['PATH'] ?? '').split(delimiter)].filter((each) => each !== '');
      kept['PATH'] = [...new Set(folders)].join(delimiter);
    }
    const warning = gone ? { warning: `${gone}; the environment of ${shell} is used` } : {};
    return { env: kept, source: 'shell', shell, ...warning };
  } catch (error) {
    const failed = `the environment of ${shell} could not be read (${(error as Error).message})`;
    return { env: own, source: 'process', shell, warning: `${gone ? `${gone}; ` : ''}${failed}; ${FALLBACK}` };
  }
}

const FALLBACK = 'services get the environment that the app was started with, which may lack parts of PATH';
