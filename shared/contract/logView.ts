/**
 * What a log view and the server say to each other on the WebSocket `/_ws/logs`. Every frame is one JSON text. One socket
 * carries several views; the client chooses their numbers, and the numbers of its requests.
 *
 * Rows have whole numbers that never change while a view is open. `first` is the oldest row known, `end` is one past the
 * newest. New records get `end`, `end + 1`, …. A query that needs the text of the records (`text`, `regex`, `streams`) is
 * answered from the newest record backwards: while `complete` is false `first` goes down, also below 0. It goes up when
 * the limits of the logs take the oldest files away; a row taken from the middle of a merged view is left out of answers.
 */
import type { LogLevelName } from './logLevels.ts';

/** Which records a view shows. An absent field asks for nothing. */
export interface LogViewQuery {
  /** Empty: every service. */
  services: string[];
  /** 0: every run; -1: the last run of each service ("only since last start"). */
  run?: number;
  sinceUs?: number;
  untilUs?: number;
  /** Empty: every level. A record without a level counts as info. */
  levels?: string[];
  streams?: string[];
  /** Plain text, looked for in the text without its ANSI codes. */
  text?: string;
  /** Regular expression, linear time: no back-references, no look-around. */
  regex?: string;
  caseSensitive?: boolean;
  /** True: each run begins with a {@link LogDividerRow} among the rows. */
  dividers?: boolean;
}

/** What {@link LogViewFind} and {@link LogViewSearch} look for among the rows of a view. */
export interface LogViewPattern {
  levels?: string[];
  text?: string;
  regex?: string;
  caseSensitive?: boolean;
}

/** One record as a row. */
export interface LogRecordRow {
  row: number;
  timeUs: number;
  service: string;
  run: number;
  line: number;
  /** stdout, stderr, tty, build, micro or otlp */
  stream: string;
  level: LogLevelName;
  /** With its ANSI codes; at most {@link ROW_TEXT_CHARS} characters, the whole by {@link LogViewText}. */
  text: string;
  /** Set when `text` is not the whole line: the line's size in bytes. */
  trueBytes?: number;
  /** Where the query's text or regex matched: pairs of offsets into the text without ANSI codes. */
  matches?: [number, number][];
}

/** Stands before the first row of a run, when the query asks for dividers. */
export interface LogDividerRow {
  row: number;
  timeUs: number;
  service: string;
  run: number;
  divider: LogRunFacts;
}

/** What is known of a run. Times are ms since 1970. */
export interface LogRunFacts {
  cause: string;
  instance: string;
  startedAt: number;
  pid?: number;
  readyAt?: number;
  endedAt?: number;
  outcome?: string;
  failed?: boolean;
}

export type LogRow = LogRecordRow | LogDividerRow;

/** A line that has not ended yet (a prompt, progress dots). It has no row number until it ends; shown below the last row. */
export interface LogPartial {
  timeUs: number;
  service: string;
  run: number;
  line: number;
  stream: string;
  text: string;
}

/** Characters of one row's text; a page of 5 MB lines must not reach the window. */
export const ROW_TEXT_CHARS = 8192;

/** Rows of one {@link LogViewRows} request at most. */
export const MAX_ROWS_PER_REQUEST = 1000;

/** Row numbers a search answers with at most; the count goes on. */
export const MAX_SEARCH_ROWS = 100_000;

/** Opens a view, or gives an open one another query. */
export interface LogViewOpen {
  type: 'open';
  view: number;
  query: LogViewQuery;
  /** True: `live` messages carry the newest rows as they come. */
  follow: boolean;
}
export interface LogViewClose {
  type: 'close';
  view: number;
}
export interface LogViewFollow {
  type: 'follow';
  view: number;
  on: boolean;
}
export interface LogViewRows {
  type: 'rows';
  view: number;
  request: number;
  from: number;
  count: number;
}
/** The first row at or after a time. While the search is under way it waits until it has reached that time. */
export interface LogViewSeek {
  type: 'seek';
  view: number;
  request: number;
  timeUs: number;
}
/** The row of one line. */
export interface LogViewLocate {
  type: 'locate';
  view: number;
  request: number;
  service: string;
  run: number;
  line: number;
}
/** The next row after `from` (direction 1) or before it (-1) that fits the pattern. */
export interface LogViewFind {
  type: 'find';
  view: number;
  request: number;
  from: number;
  direction: 1 | -1;
  pattern: LogViewPattern;
}
/** Every row that fits the pattern, the newest first; answered by several `matches`, the last with `done`. */
export interface LogViewSearch {
  type: 'search';
  view: number;
  request: number;
  pattern: LogViewPattern;
}
/** Counts per time bucket. Absent bounds: the whole view. */
export interface LogViewHistogram {
  type: 'histogram';
  view: number;
  request: number;
  sinceUs?: number;
  untilUs?: number;
  buckets: number;
}
/** A stretch of the whole text of one row, in bytes of its UTF-8; at most 1 MiB a time. */
export interface LogViewText {
  type: 'text';
  view: number;
  request: number;
  row: number;
  offset: number;
  bytes: number;
}
/** The rows [first, end) as text (copy, export); answered by `chunk`s, each to be acknowledged. */
export interface LogViewRange {
  type: 'range';
  view: number;
  request: number;
  first: number;
  end: number;
  /** text: the lines alone, without ANSI codes; ansi: with them; full: time, service, level, text; json: one object a line. */
  format: 'text' | 'ansi' | 'full' | 'json';
}
export interface LogViewCancel {
  type: 'cancel';
  request: number;
}
/** Acknowledges a `live` or `chunk`; the server has at most two of each under way. */
export interface LogViewAck {
  type: 'ack';
  view: number;
  request?: number;
}

export type LogViewClientMessage =
  | LogViewOpen
  | LogViewClose
  | LogViewFollow
  | LogViewRows
  | LogViewSeek
  | LogViewLocate
  | LogViewFind
  | LogViewSearch
  | LogViewHistogram
  | LogViewText
  | LogViewRange
  | LogViewCancel
  | LogViewAck;

/** What the view holds now; sent once after `open` and at most twenty times a second while it changes. */
export interface LogViewExtent {
  type: 'extent';
  view: number;
  first: number;
  end: number;
  /** Records looked at so far, and how many there are to look at. */
  scanned: number;
  total: number;
  /** Everything that was stored at the opening has been looked at. */
  complete: boolean;
}
/** Follow only: the newest rows, and the lines that have not ended. To be acknowledged; a slow client gets fewer of them. */
export interface LogViewLive {
  type: 'live';
  view: number;
  first: number;
  end: number;
  /** The last rows of the view, at most 200, ending at `end`. */
  rows: LogRow[];
  partials: LogPartial[];
}
export interface LogViewRowsReply {
  type: 'rows';
  view: number;
  request: number;
  from: number;
  rows: LogRow[];
}
/** Answer to seek, locate and find. */
export interface LogViewRowReply {
  type: 'row';
  view: number;
  request: number;
  row: number | null;
}
export interface LogViewMatches {
  type: 'matches';
  view: number;
  request: number;
  /** Ascending; found since the last message, all before those of earlier messages. */
  rows: number[];
  count: number;
  scanned: number;
  total: number;
  done: boolean;
  elapsedMs: number;
}
export interface LogViewHistogramReply {
  type: 'histogram';
  view: number;
  request: number;
  startUs: number;
  bucketUs: number;
  /** All, warnings, errors (error and fatal) per bucket. */
  counts: [number, number, number][];
  complete: boolean;
}
export interface LogViewTextReply {
  type: 'text';
  view: number;
  request: number;
  text: string;
  offset: number;
  /** Offset of the next stretch; equal to `trueBytes` at the end. */
  next: number;
  trueBytes: number;
}
export interface LogViewChunk {
  type: 'chunk';
  view: number;
  request: number;
  text: string;
  /** The row after the last one in this chunk. */
  next: number;
  done: boolean;
}
/** Runs of the view's services changed: began, became ready, ended. */
export interface LogViewRuns {
  type: 'runs';
  view: number;
  runs: { service: string; run: number; facts: LogRunFacts }[];
}
export interface LogViewError {
  type: 'error';
  view?: number;
  request?: number;
  code: string;
  message: string;
  next?: string;
}

export type LogViewServerMessage =
  | LogViewExtent
  | LogViewLive
  | LogViewRowsReply
  | LogViewRowReply
  | LogViewMatches
  | LogViewHistogramReply
  | LogViewTextReply
  | LogViewChunk
  | LogViewRuns
  | LogViewError;
