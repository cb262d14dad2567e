import type { Disposable } from '../base/lifecycle.ts';
import { errorText } from '../base/logger.ts';
import { nextCronTime } from '../project/scheduleTimes.ts';
import type { ScheduleSpec } from '../project/serviceSpec.ts';
import type { InstanceHost } from './instanceHost.ts';

/** Timers hold at most 2^31-1 ms; a later date is reached in steps. */
const longestTimerMs = 2 ** 31 - 1;

/** Calls a task at its times. A time that passes while the task still runs is left out by the task itself. */
export class TaskSchedule {
  private timer: Disposable | undefined;
  private key = '';

  constructor(
    private readonly host: Pick<InstanceHost, 'clock' | 'logger'>,
    private readonly run: () => void,
  ) {}

  /** When it runs next, ms since 1970. */
  nextAt: number | undefined;

  arm(schedule: ScheduleSpec | undefined): void {
    const key = JSON.stringify(schedule ?? null);
    if (key === this.key && this.timer) return;
    this.disarm();
    this.key = key;
    if (schedule) this.plan(schedule);
  }

  disarm(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.key = '';
    this.nextAt = undefined;
  }

  private plan(schedule: ScheduleSpec): void {
    const now = this.host.clock.now();
    let at: number | undefined;
    try {
      at = 'everyMs' in schedule ? now + schedule.everyMs : nextCronTime(schedule, now);
    } catch (error) {
      this.host.logger.error('a schedule cannot be followed', { error: errorText(error) });
    }
    this.nextAt = at;
    if (at !== undefined) this.wait(schedule, at);
  }

  private wait(schedule: ScheduleSpec, at: number): void {
    const left = Math.max(0, at - this.host.clock.now());
    this.timer = this.host.clock.setTimeout(
      () => {
        if (this.host.clock.now() < at) {
          this.wait(schedule, at);
          return;
        }
        this.plan(schedule);
        this.run();
      },
      Math.min(left, longestTimerMs),
    );
  }
}
