import { formatClock, formatDuration } from '../../ui/format.ts';

/** What is known of a run; times are ms since 1970, 0 or absent for not yet. */
export interface RunFacts {
  readonly cause: string;
  readonly startedAt: number;
  readonly readyAt?: number;
  readonly endedAt?: number;
  readonly outcome?: string;
}

/** What a run divider says: when and why the run began, how long until it was ready, and how it ended. */
export function runText({ cause, startedAt, readyAt = 0, endedAt = 0, outcome = '' }: RunFacts): string {
  const parts = [`started ${formatClock(startedAt)}`];
  if (cause !== '') parts.push(cause);
  if (readyAt > 0) parts.push(`ready in ${formatDuration(readyAt - startedAt)}`);
  if (endedAt > 0) parts.push(`${outcome === '' ? 'ended' : outcome} after ${formatDuration(endedAt - startedAt)}`);
  return parts.join(' · ');
}
