import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Clock } from '../base/clock.ts';

/**
 * How long the user's shell may take to start, ms. Version managers take 1 to 3 s on a cold disk; one that takes longer
 * than this waits for something that will not come, and the start of the services must not.
 */
const SHELL_TIMEOUT_MS = 10_000;

/** Most output that is kept, characters: an environment is at most 2 MB, the rest would be greetings. */
const MAX_OUTPUT_LENGTH = 8 * 1024 * 1024;

/** Set while the shell starts, so that a user's start-up file can leave out what needs a person. */
export const RESOLVING = 'MICRO_SHELL_ENVIRONMENT';

/** How a shell is asked. */
export interface ShellQuestion {
  clock: Clock;
  /** The Node program that prints the environment. */
  node: string;
  /** How long it may take, ms; absent: as long as a version manager on a cold disk. */
  timeoutMs?: number | undefined;
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
export function askShell(
  shell: string,
  env: Readonly<Record<string, string>>,
  options: ShellQuestion,
): Promise<Record<string, string>> {
  const mark = randomBytes(12).toString('hex');
  const node = options.node;
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
    const timer = options.clock.setTimeout(
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
