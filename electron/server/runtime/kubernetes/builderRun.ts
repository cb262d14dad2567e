import { MicroError } from '../../../../shared/contract/errors.ts';
import type { InstanceHost } from '../instanceHost.ts';
import { endTrees } from '../treeEnd.ts';
import { exitOf } from '../treeEnding.ts';

/** What programs that build and hand over images are run with. */
export type BuilderHost = Pick<InstanceHost, 'launcher' | 'trees' | 'clock'>;

/** One run of such a program. */
export interface BuilderRun {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** How it ended. */
export interface BuilderEnd {
  failed: boolean;
  /** The end of what it wrote, errors and output as they came. */
  output: string;
}

/** Building downloads what images stand on; more than this is a builder that hangs, ms. */
const maxMs = 30 * 60_000;
/** A builder that is told to end takes its working container away; more than this is one that does not listen, ms. */
const graceMs = 5000;
/** What is kept of its output for the log, characters: the end of a long build, where the error is. */
const maxOutputChars = 256 * 1024;

/**
 * Runs a program to its end. When `signal` aborts, it and everything that it started is ended before this rejects with the
 * signal's reason. Rejects with `launch.*` when it cannot be started.
 */
export async function runBuilder(host: BuilderHost, run: BuilderRun, signal: AbortSignal): Promise<BuilderEnd> {
  signal.throwIfAborted();
  const marker = `image.${crypto.randomUUID()}`;
  const child = await host.launcher.launch({ ...run, env: { ...run.env, MICRO_INSTANCE_ID: marker } });
  const key = { pid: child.pid, startTime: child.startTime, marker };
  const decoder = new TextDecoder();
  let output = '';
  const reading = child.onDidOutput(({ data }) => {
    output = (output + decoder.decode(data, { stream: true })).slice(-maxOutputChars);
  });
  let ending: Promise<unknown> | undefined;
  const end = (): void => {
    ending ??= endTrees(host, { keys: [key], ask: 'SIGTERM', graceMs });
  };
  let timedOut = false;
  const timer = host.clock.setTimeout(() => {
    timedOut = true;
    end();
  }, maxMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const exit = await exitOf(child);
    await ending;
    signal.throwIfAborted();
    if (timedOut) {
      throw new MicroError(
        'image.failed',
        `${run.argv.slice(0, 2).join(' ')} was not done within ${maxMs / 60_000} min`,
        {
          next: 'See whether the builder hangs, and what its image downloads.',
        },
      );
    }
    return { failed: exit.code !== 0, output };
  } finally {
    reading.dispose();
    timer.dispose();
    signal.removeEventListener('abort', end);
  }
}
