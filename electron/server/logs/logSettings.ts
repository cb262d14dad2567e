import type { Settings } from '../../../shared/contract/settings.ts';

/** What the log store keeps. */
export interface LogSettings {
  /** Bytes of log per service. */
  maxServiceBytes: number;
  /** Bytes of log in all; the service with most of them is cut first. */
  maxTotalBytes: number;
  /** Days after which lines are removed; 0: never. */
  maxAgeDays: number;
}

const MEGABYTE = 1024 ** 2;

/** The limits that the user's settings mean. */
export function logSettingsOf(logs: Settings['logs']): LogSettings {
  return {
    maxServiceBytes: logs.maxServiceMegabytes * MEGABYTE,
    maxTotalBytes: logs.maxTotalMegabytes * MEGABYTE,
    maxAgeDays: logs.maxAgeDays,
  };
}

/** A line up to here is one record, whole; a larger one is cut in lists, and its whole text stands in a file of its own. */
export const MAX_LINE_BYTES = 5 * 1024 * 1024;

/** Of one line at most so much is stored, bytes: a program that never ends its line must not fill the disk. */
export const MAX_LONG_LINE_BYTES = 256 * 1024 * 1024;

/** A segment file is closed at this size: the unit of retention, and what a crash makes the next start read again. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;
