import type { MicroError } from '../../shared/contract/errors.ts';

/** What the command line answers with; scripts rely on these numbers. */
export const exitCode = {
  fine: 0,
  /** It was tried and did not work. */
  failed: 1,
  /** Not allowed, or a command line that cannot be understood. */
  usage: 2,
  /** What was named does not exist, or no server runs. */
  notFound: 4,
  /** Ended by ctrl-C, as shells count it (128 + SIGINT). */
  interrupted: 130,
} as const;

/** One of the values of {@link exitCode}. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** The exit code that an error stands for. */
export function exitCodeOf(error: MicroError): ExitCode {
  // A broken micro.yaml or a circle of services is a failure of what was asked for, not of how it was asked.
  if (error.code.startsWith('manifest.') && error.kind === 'invalid') return exitCode.failed;
  switch (error.kind) {
    case 'denied':
      return exitCode.usage;
    case 'invalid':
      return error.code === 'service.cycle' ? exitCode.failed : exitCode.usage;
    case 'not-found':
      return exitCode.notFound;
    case 'unavailable':
      return error.code === 'server.not-running' || error.code === 'server.unreachable'
        ? exitCode.notFound
        : exitCode.failed;
    case 'conflict':
    case 'timeout':
    case 'failed':
    case 'internal':
      return exitCode.failed;
  }
}
