import type { Event } from '../base/event.ts';
import type { RunInfo } from './logStore.ts';
import type { PartialLine } from './openLines.ts';

/** Bytes of an unfinished line that readers get; the record has them all. */
export const PARTIAL_BYTES = 16_384;

/** An unfinished line and whose it is. */
export interface LivePartial {
  service: string;
  run: number;
  partial: PartialLine;
}

/** What is being written right now. */
export interface LiveState {
  /** Every record earlier than this, µs since 1970, is on disk; none that comes later is earlier. */
  untilUs: number;
  /** Runs that may still grow, as {@link runKey} has them. */
  active: string[];
  partials: LivePartial[];
}

/** What the writing side tells readers. Readers may live in another thread, so every answer is a promise. */
export interface LiveLogs {
  /** Something of these services was written, or an unfinished line of theirs changed. */
  readonly onDidGrow: Event<readonly string[]>;
  /** Runs of these services began, became ready or ended. */
  readonly onDidChangeRuns: Event<readonly string[]>;
  /** Puts in order what a crash left, then waits until what the services wrote so far is on disk. Empty: every service. */
  flushed(services: readonly string[]): Promise<void>;
  state(services: readonly string[]): Promise<LiveState>;
  /** Number of the last run of a service, 0 when it has none. */
  lastRun(service: string): Promise<number>;
  /** Newest first. */
  runs(service: string, limit: number): Promise<RunInfo[]>;
}

/** Names one run of one service. */
export function runKey(service: string, run: number): string {
  return `${service}:${run}`;
}
