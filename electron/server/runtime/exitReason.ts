import type { ExitStatus } from '../host/launcher.ts';

/** Signals that only somebody else can have sent: no program ends itself with them by a fault. */
const sentSignals = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']);

/** How a process ended that nobody here asked to end, in plain words. */
export function exitText(exit: ExitStatus): string {
  if (exit.signal === 'SIGKILL') return 'killed (SIGKILL) from outside';
  if (exit.signal !== null) return `ended by ${exit.signal}${sentSignals.has(exit.signal) ? ' from outside' : ''}`;
  return exit.code === null ? 'ended, the system does not say how' : `exit ${exit.code}`;
}

/** Whether an end that nobody asked for is a failure. */
export function isFailure(exit: ExitStatus, successExitCodes: readonly number[]): boolean {
  return exit.signal !== null || exit.code === null || (exit.code !== 0 && !successExitCodes.includes(exit.code));
}

/** Milliseconds as a person says them: `350 ms`, `2.5 s`, `3 min`. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Math.round(ms / 60_000)} min`;
}
