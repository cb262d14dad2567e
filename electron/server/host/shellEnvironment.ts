import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, delimiter } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { cleanEnvironment } from './cleanEnvironment.ts';

/**
 * How long the user's shell may take to start, ms. Version managers take 1 to 3 s on a cold disk; one that takes longer
 * than this waits for something that will not come, and the start of the services must not.
 */
const SHELL_TIMEOUT_MS = 10_000;

/** Most output that is kept, characters: an environment is at most 2 MB, the rest would be greetings. */
const MAX_OUTPUT_LENGTH = 8 * 1024 * 1024;

/** Set while the shell starts, so that a user's start-up file can leave out what needs a person. */
const RESOLVING = 'MICRO_SHELL_ENVIRONMENT';

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
    const printed = await askShell(shell, own, options);
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

function passwdShell(): string | undefined {
  try {
    return userInfo().shell ?? undefined;
  } catch {
    return undefined; // A user id without an entry, as in some containers.
  }
}

/** The first shell that exists: the one asked for, the user's, then what every system has. */
async function chooseShell(
  wanted: string | undefined,
  login: string | undefined,
): Promise<{ shell?: string; missing?: string }> {
  const first = wanted || login;
  const candidates = [wanted, login, '/bin/bash', '/bin/zsh', '/bin/sh'].filter((shell) => shell?.startsWith('/'));
  for (const shell of candidates) {
    if (!shell || !(await isExecutable(shell))) continue;
    return shell === first || !first ? { shell } : { shell, missing: first };
  }
  return first ? { missing: first } : {};
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Arguments with which `shell` reads all its start-up files and then runs `command` (quoted for a POSIX shell).
 * bash reads ~/.bashrc only in an interactive shell that is no login shell, and ~/.profile only in a login shell; a
 * terminal on a Linux desktop has both, one inside the other, so that is what is done here. csh takes `-l` only alone.
 */
export function shellArguments(shell: string, command: string): string[] {
  switch (basename(shell).replace(/^-/, '')) {
    case 'bash':
      return ['-l', '-c', 'exec "$0" -i -c "$1"', shell, command];
    case 'tcsh':
    case 'csh':
      return ['-ic', command];
    case 'pwsh':
      return ['-Login', '-Command', `& ${command}`];
    case 'nu':
      return ['-i', '-l', '-c', `^${command}`];
    default:
      return ['-i', '-l', '-c', command];
  }
}

/** Runs the shell and gives the environment that it would give to a program. */
function askShell(
  shell: string,
  env: Readonly<Record<string, string>>,
  options: ShellEnvironmentOptions,
): Promise<Record<string, string>> {
  const mark = randomBytes(12).toString('hex');
  const node = options.node ?? process.execPath;
  // No quotes, backslashes, dollars or exclamation marks inside: shells differ in what they do with them.
  const code = `process.stdout.write(Buffer.from([${[...Buffer.from(mark)].join()}]).toString()+JSON.stringify(process.env)+Buffer.from([${[...Buffer.from(mark)].join()}]).toString())`;
  const command = `'${node.replaceAll("'", "'\\''")}' -e '${code}'`;
  const timeoutMs = options.timeoutMs ?? SHELL_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const child = spawn(shell, shellArguments(shell, command), {
      // Its own session: it has no terminal to take over, and everything it starts can be ended with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: '/',
      env: { ...env, [RESOLVING]: '1', ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ATTACH_CONSOLE: '1' },
    });
    let output = '';
    const end = (settle: () => void): void => {
      timer.dispose();
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended by itself, as it should.
      }
      child.stdout.destroy();
      settle();
    };
    const timer = (options.clock ?? systemClock).setTimeout(
      () => end(() => reject(new Error(`it did not finish within ${timeoutMs / 1000} s`))),
      timeoutMs,
    );
    const found = (): boolean => {
      const from = output.indexOf(mark);
      const to = output.lastIndexOf(mark);
      if (from < 0 || to === from) return false;
      try {
        const printed = JSON.parse(output.slice(from + mark.length, to)) as Record<string, string>;
        end(() => resolve(printed));
      } catch (error) {
        end(() => reject(error as Error));
      }
      return true;
    };
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output += text;
      // Read as soon as it is there: what the shell does afterwards does not matter.
      if (!found() && output.length > MAX_OUTPUT_LENGTH) end(() => reject(new Error('it printed too much')));
    });
    child.once('error', (error) => end(() => reject(error)));
    child.once('close', (code, signal) => {
      if (!found()) end(() => reject(new Error(`it ended with ${signal ?? `exit code ${code ?? '?'}`}`)));
    });
  });
}
