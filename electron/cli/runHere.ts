import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { MicroError } from '../../shared/contract/errors.ts';
import { resolveWindowsCommand } from '../server/host/windowsCommand.ts';
import { type ExitCode, exitCode } from './exitCode.ts';

/** Shells tell the end by a signal as 128 and its number. */
const SIGNAL_CODE_BASE = 128;

/** A command that runs with the streams of the command line. */
export interface CommandHere {
  pid: number;
  /** Resolves with its exit code when it has ended. */
  ended: Promise<ExitCode>;
  hasEnded(): boolean;
  kill(): void;
}

/** Starts a command as a child of the command line, with its streams. Rejects with `launch.failed`. */
export async function runHere(
  argv: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<CommandHere> {
  const child = await launch(argv, cwd, env);
  return {
    pid: child.pid ?? 0,
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(shellCode({ code, signal })));
    }),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => void child.kill('SIGTERM'),
  };
}

/** Waits for its end. A terminal sends its ctrl-C to the command as well; whoever ends only this process means it too. */
export async function untilEnded(command: CommandHere, signal: AbortSignal): Promise<ExitCode> {
  const end = (): void => command.kill();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const code = await command.ended;
  signal.removeEventListener('abort', end);
  return code;
}

/** The exit code that stands for how a command ended, as shells have it. */
export function shellCode({ code, signal }: { code?: number | null; signal?: string | null }): ExitCode {
  const number = code ?? SIGNAL_CODE_BASE + (constants.signals[signal as NodeJS.Signals] ?? 0);
  return (number === 0 ? exitCode.fine : number) as ExitCode;
}

async function launch(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const [program = '', ...args] = argv;
  const plain = Object.fromEntries(
    Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined),
  );
  // `npm` is a batch file there, which the system does not start by itself.
  const onWindows = process.platform === 'win32' ? await resolveWindowsCommand(argv, cwd, plain) : undefined;
  const child = spawn(onWindows?.file ?? program, onWindows ? [...onWindows.args] : args, {
    cwd,
    env,
    stdio: 'inherit',
    windowsVerbatimArguments: onWindows?.verbatim ?? false,
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      reject(new MicroError('launch.failed', `${program} cannot be started: ${reason}`, { cause: error }));
    });
  });
}
