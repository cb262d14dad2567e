import type { MicroError } from '../../../shared/contract/errors.ts';
import type { LogRow } from './logRow.ts';

/** What a log view shows. Empty fields do not narrow. */
export interface LogFilter {
  readonly services: readonly string[];
  /** 0: every run; -1: the last run of each service. */
  readonly run: number;
  /** Microseconds since 1970; 0: open. */
  readonly sinceUs: number;
  readonly untilUs: number;
  readonly levels: readonly string[];
  readonly stream: string;
  /** Only rows that match; see {@link LogSearch}. */
  readonly search?: LogSearch;
}

/** A text to look for. */
export interface LogSearch {
  readonly pattern: string;
  readonly regex: boolean;
  readonly caseSensitive: boolean;
}

/** One line of the log, whatever its row number is in a view. */
export interface LineAddress {
  readonly service: string;
  readonly run: number;
  readonly line: number;
}

/**
 * How far a log reaches, and how the source is. A row's number never changes within a generation: trimming raises `first`,
 * searching older records lowers it (below 0), new rows raise `end`.
 */
export interface LogExtent {
  /** Counts how often the rows were numbered anew, after the connection was lost. */
  readonly generation: number;
  readonly first: number;
  /** One more than the number of the last row. */
  readonly end: number;
  readonly status: 'connecting' | 'open' | 'lost';
  /** While older records are still being looked at. */
  readonly scanning: { readonly scanned: number; readonly total: number } | undefined;
  /** Why the server does not show this log. */
  readonly problem: MicroError | undefined;
}

/** How far a search has come. */
export interface SearchProgress {
  /** Rows that match, ascending; cut at the server's limit. */
  readonly rows: readonly number[];
  /** How many match in all, also beyond `rows`. */
  readonly count: number;
  readonly scanned: number;
  readonly total: number;
  readonly done: boolean;
  readonly elapsedMs: number;
}

/** What to look for with {@link LogSource.find}. */
export type FindTarget = { readonly levels: readonly string[] } | { readonly search: LogSearch };

/** How many records of which severity fell into each of equal stretches of time. */
export interface LogHistogram {
  readonly startUs: number;
  readonly bucketUs: number;
  /** For each bucket: all, warnings, errors. */
  readonly counts: readonly (readonly [number, number, number])[];
}

/** How rows become text: the lines alone, with escape codes, with time, service and level, or one JSON object a line. */
export type TextFormat = 'text' | 'ansi' | 'full' | 'json';

/**
 * A log as rows by number. Only what is near the screen is held here; everything else stays with the server.
 */
export interface LogSource {
  extent(): LogExtent;
  row(row: number): LogRow | undefined;
  /** Says what is on the screen; what is missing of it is fetched. */
  look(from: number, to: number): void;
  /** Whether new rows are to be sent as they come, or only counted. */
  follow(on: boolean): void;
  /** Calls `listener` after the extent or rows changed; the result ends that. */
  subscribe(listener: () => void): () => void;
  /** Next row of that sort after (before) `from`, over everything stored. */
  find(from: number, direction: 1 | -1, target: FindTarget, signal: AbortSignal): Promise<number | undefined>;
  /** The row at, or the first after, a moment. */
  rowAt(timeUs: number, signal: AbortSignal): Promise<number | undefined>;
  /** The row of a line; undefined when this view does not show it. */
  locate(address: LineAddress, signal: AbortSignal): Promise<number | undefined>;
  /** Counts all matches, telling how far it is; resolves when done. */
  search(search: LogSearch, report: (progress: SearchProgress) => void, signal: AbortSignal): Promise<void>;
  histogram(buckets: number, signal: AbortSignal): Promise<LogHistogram>;
  /** Rows of a short stretch; they do not stay here. */
  rows(from: number, to: number, signal: AbortSignal): Promise<readonly LogRow[]>;
  /** The text of any stretch in portions, each line ended by a line feed; dividers are left out. */
  text(from: number, to: number, format: TextFormat, signal: AbortSignal): AsyncIterable<string>;
  /** The whole text of a row that is cut, escape codes included. */
  wholeText(row: number, signal: AbortSignal): Promise<string>;
  close(): void;
}
