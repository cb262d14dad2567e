import { readFileSync } from 'node:fs';

let bootId: string | undefined;

/**
 * Start time of a Linux process as `<ticks since boot>@<boot>`. The ticks alone would come again after a reboot, which
 * matters for journals that outlive it.
 */
export function linuxStartTime(ticks: string): string {
  if (bootId === undefined) {
    try {
      bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    } catch {
      bootId = 'boot';
    }
  }
  return `${ticks}@${bootId}`;
}

/** The parts of `/proc/<pid>/stat` after the name, which may itself hold spaces and brackets: index 0 is the state. */
export function splitStat(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Index of `starttime` (field 22 of proc_pid_stat(5)) in {@link splitStat}. */
export const STAT_START_TIME = 19;

/**
 * Start time of a process that was started in this very turn of the event loop. Read at once, from memory, because
 * a process that ends quickly is reaped by the event loop, and then nothing tells its start time any more.
 * Empty when the process cannot be seen.
 */
export function startTimeNow(pid: number): string {
  try {
    return linuxStartTime(splitStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))[STAT_START_TIME] ?? '');
  } catch {
    return '';
  }
}

/** True for the start time of a process that ran before the machine was last started: nothing of it can be alive. */
export function fromEarlierBoot(startTime: string): boolean {
  const at = startTime.indexOf('@');
  return at >= 0 && linuxStartTime('') !== startTime.slice(at);
}
