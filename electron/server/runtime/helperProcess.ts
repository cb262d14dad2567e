import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/logger.ts';
import { type ExitStatus, type Launcher, type OutputChunk } from '../host/launcher.ts';
import type { ProcessTrees } from '../host/processTree.ts';
import type { CommandSpec } from '../project/serviceSpec.ts';
import { exitText, spanText } from './exitReason.ts';

/** A command that serves an instance or a build: a check, a stop command, a compiler. */
export interface HelperSpec {
  command: CommandSpec;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Its own MICRO_INSTANCE_ID, so that it is not taken for a part of the instance, and is found after a crash. */
  marker: string;
  /** Killed with everything it started after this time; absent: never. */
  timeoutMs?: number;
  onOutput?(chunk: OutputChunk): void;
}

/** Marks of helpers, appended to the id of what they work for. */
export const helperSuffix = '.helper';

/** How a helper ended. */
export interface HelperEnd {
  exit: ExitStatus;
  timedOut: boolean;
  cancelled: boolean;
}

/** Runs a helper to its end. Aborting kills its whole tree and still resolves. Rejects only when it cannot be started. */
export async function runHelper(
  host: { launcher: Launcher; trees: ProcessTrees; clock: Clock },
  spec: HelperSpec,
  signal: AbortSignal,
): Promise<HelperEnd> {
  if (signal.aborted) return { exit: { code: null, signal: null }, timedOut: false, cancelled: true };
  const child = await host.launcher.launch({
    argv: spec.command.argv,
    cwd: spec.cwd,
    env: { ...spec.env, MICRO_INSTANCE_ID: spec.marker },
  });
  const key = { pid: child.pid, startTime: child.startTime, marker: spec.marker };
  let timedOut = false;
  const kill = (): void => void host.trees.signal(key, 'SIGKILL').catch(() => {});
  const output = child.onDidOutput((chunk) => spec.onOutput?.(chunk));
  const timer =
    spec.timeoutMs === undefined
      ? undefined
      : host.clock.setTimeout(() => {
          timedOut = true;
          kill();
        }, spec.timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    const exit =
      child.exit ??
      (await new Promise<ExitStatus>((resolve) => {
        const subscription = child.onDidExit((status) => {
          subscription.dispose();
          resolve(status);
        });
      }));
    // What it left running in the background is not wanted either.
    await host.trees.signal(key, 'SIGKILL').catch(() => {});
    return { exit, timedOut, cancelled: signal.aborted };
  } finally {
    output.dispose();
    timer?.dispose();
    signal.removeEventListener('abort', kill);
  }
}

/** Runs a helper; undefined when it ended with 0 in time, else what was wrong, with the last line of its output. */
export async function helperProblem(
  host: { launcher: Launcher; trees: ProcessTrees; clock: Clock },
  spec: Omit<HelperSpec, 'onOutput'> & { timeoutMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { text } = spec.command;
  let last = '';
  const onOutput = ({ data }: OutputChunk): void => {
    last = new TextDecoder().decode(data).trim().split('\n').at(-1)?.slice(0, 200) || last;
  };
  try {
    const { exit, timedOut } = await runHelper(host, { ...spec, onOutput }, signal);
    if (timedOut) return `${text}: not done within ${spanText(spec.timeoutMs)}`;
    if (exit.code === 0) return undefined;
    return `${text}: ${exitText(exit)}${last ? ` (${last})` : ''}`;
  } catch (error) {
    return `${text}: ${errorText(error)}`;
  }
}
