import type { ScheduleSpec } from '../project/serviceSpec.ts';

/** A schedule as CronJob takes it, or why it cannot be written so. */
export function cronSchedule(schedule: ScheduleSpec): { schedule: string; timeZone?: string } | { problem: string } {
  if ('everyMs' in schedule) return everyAsCron(schedule.everyMs);
  const fields = schedule.cron.trim().split(/\s+/);
  const [first] = fields;
  if (fields.length === 6 && first !== '0')
    return { problem: `cron "${schedule.cron}" has seconds, which CronJobs have not` };
  return {
    schedule: (fields.length === 6 ? fields.slice(1) : fields).join(' '),
    ...(schedule.timezone === undefined ? {} : { timeZone: schedule.timezone }),
  };
}

/** Only spans that divide an hour or a day come round evenly. */
function everyAsCron(everyMs: number): { schedule: string } | { problem: string } {
  const minutes = everyMs / 60_000;
  if (Number.isInteger(minutes) && minutes >= 1 && minutes < 60 && 60 % minutes === 0)
    return { schedule: minutes === 1 ? '* * * * *' : `*/${minutes} * * * *` };
  const hours = minutes / 60;
  if (Number.isInteger(hours) && hours >= 1 && hours <= 24 && 24 % hours === 0)
    return { schedule: hours === 24 ? '0 0 * * *' : hours === 1 ? '0 * * * *' : `0 */${hours} * * *` };
  return { problem: `every ${everyMs} ms cannot be said as cron: use a divisor of an hour or a day, such as 5m or 2h` };
}
