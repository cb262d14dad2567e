import { Cron } from 'croner';
import type { ScheduleSpec } from './serviceSpec.ts';

/** Why a schedule cannot be followed; undefined when it can. */
export function scheduleProblem(schedule: ScheduleSpec): string | undefined {
  if ('everyMs' in schedule) return schedule.everyMs > 0 ? undefined : 'it would run without end: every is 0';
  try {
    // Asks for a time as well: an unknown time zone is found only then.
    nextCronTime(schedule, Date.now());
    return undefined;
  } catch (error) {
    return `${JSON.stringify(schedule.cron)}: ${(error as Error).message}`;
  }
}

/** The next time of a cron expression after `now` (ms since 1970); undefined when there is none. Throws for a bad expression. */
export function nextCronTime(schedule: { cron: string; timezone?: string }, now: number): number | undefined {
  const cron = new Cron(schedule.cron, { paused: true, ...(schedule.timezone ? { timezone: schedule.timezone } : {}) });
  return cron.nextRun(new Date(now))?.getTime();
}
