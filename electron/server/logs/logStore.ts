import type { LogQuery, LogRecord } from '../../../shared/contract/gen/logs_pb.ts';
import type { Disposable } from '../base/lifecycle.ts';

/**
 * Where a line came from: the process, the build step before it, the server's own remarks about the run, or a report of the
 * process by OpenTelemetry.
 */
export type LogStream = 'stdout' | 'stderr' | 'tty' | 'build' | 'micro' | 'otlp';

/** Begins a run's log. Runs of a service are numbered 1, 2, 3, … over all lives of the server. */
export interface RunStart {
  service: string;
  instance: string;
  /** Why it starts, in words: shown in the run divider. */
  cause: string;
  startedAt: number;
}

/** How a run ended, kept with it. */
export interface RunEnd {
  endedAt: number;
  /** In words, e.g. `exit 1`, `ended by SIGSEGV`, `stopped by you`. */
  outcome: string;
  failed: boolean;
}

/** One run as the log store remembers it. */
export interface RunInfo extends RunStart, Partial<RunEnd> {
  run: number;
  pid?: number;
  readyAt?: number;
}

/** Takes the output of one run. Chunks may be cut anywhere; each stream has its own decoder and line splitter. */
export interface RunLogWriter {
  readonly run: number;
  /**
   * Takes a copy of a chunk; never blocks and never throws. False: the store has more unwritten bytes than it wants, pause the
   * source until {@link whenDrained} resolves.
   */
  write(stream: LogStream, data: Uint8Array, timeUs: number): boolean;
  whenDrained(): Promise<void>;
  /** A remark of the server as a whole line of stream `micro`. */
  note(text: string, level?: 'info' | 'warn' | 'error'): void;
  /** Remembers pid and readiness of the run, and its start when it was begun ahead of that. */
  update(facts: { startedAt?: number; pid?: number; readyAt?: number }): void;
  /**
   * Flushes what is left, unfinished lines included, and closes. Everything written before is on disk when it resolves.
   * `remark` is the last line: how it ended comes after the last words of the program.
   */
  end(end: RunEnd, remark?: { text: string; level: 'info' | 'error' }): Promise<void>;
}

/** Options of {@link LogStore.read}. */
export interface ReadOptions {
  query: LogQuery;
  /** The last N matching records; 0: from the start; -1: none, only what follows. */
  tail: number;
  follow: boolean;
  /** At most so many records; 0: no limit. */
  limit: number;
}

/** What {@link LogStore.read} yields. */
export interface ReadBatch {
  records: LogRecord[];
  /** Records that this reader was too slow for (follow only); they are on disk. */
  skipped: number;
}

/**
 * The logs of every service, per run, on disk. The first job of a store is to lose nothing: what a process wrote is on
 * disk in the order of its arrival, whole lines, any bytes.
 */
export interface LogStore extends Disposable {
  startRun(start: RunStart): Promise<RunLogWriter>;
  /** Newest first. */
  runs(service: string, limit: number): Promise<RunInfo[]>;
  /** Names of all services that have logs, running or not. */
  services(): Promise<string[]>;
  /** Records in time order, several services merged. Ends by itself unless `follow`; stops when `signal` aborts. */
  read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch>;
  count(query: LogQuery, signal: AbortSignal): Promise<number>;
  /** The last lines of a service's last run, for error messages; from memory, at once. */
  lastLines(service: string, count: number): string[];
  /** Everything is on disk when it resolves. */
  close(): Promise<void>;
}
