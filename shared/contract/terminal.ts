/**
 * What a terminal and its viewers say to each other on the WebSocket `/_ws/terminals/<id>`. What the program writes, and
 * what is typed, are binary frames with the bytes as they are; everything else is one JSON text a frame.
 *
 * A viewer begins with {@link TerminalState}: the screen as it is, as escape codes. What the program writes after that
 * follows in order. A viewer that falls behind is not waited for without end: it gets a new state instead.
 */
export interface TerminalState {
  type: 'state';
  cols: number;
  rows: number;
  /** Escape codes that draw the screen and what has scrolled out of it, for a terminal of this size. */
  screen: string;
  /**
   * Where the cursor then is; absent beyond the last column, where the next character begins a line. The codes lead there too,
   * but by steps that are miscounted after some wide characters (addon-serialize 0.14.0).
   */
  cursor?: TerminalCursor;
  /** Set when no program runs in it (any more). */
  ended?: TerminalEnd;
}

/** A place on the screen, from 1. */
export interface TerminalCursor {
  row: number;
  col: number;
}

/** The escape code that puts the cursor there. */
export function cursorCode(cursor: TerminalCursor | undefined): string {
  return cursor ? `\u001b[${cursor.row};${cursor.col}H` : '';
}

/** How the program of a terminal ended. */
export interface TerminalEnd {
  /** Exit code; absent when a signal ended it. */
  code?: number;
  signal?: string;
  /** ms since 1970. */
  at: number;
}

/** The program ended. */
export interface TerminalEnded {
  type: 'ended';
  ended: TerminalEnd;
}

/** Another program runs in it, after the one that ended or instead of it. */
export interface TerminalStarted {
  type: 'started';
}

/** Another viewer changed the size: there is one size for all. */
export interface TerminalResized {
  type: 'resized';
  cols: number;
  rows: number;
}

/** The program called itself something, e.g. by its title escape; at most {@link MAX_TITLE_LENGTH} characters. */
export interface TerminalTitle {
  type: 'title';
  title: string;
}

export type TerminalServerMessage = TerminalState | TerminalStarted | TerminalEnded | TerminalResized | TerminalTitle;

/** The size of the viewer's grid. */
export interface TerminalResize {
  type: 'resize';
  cols: number;
  rows: number;
}

/** So many bytes more have been drawn. */
export interface TerminalAck {
  type: 'ack';
  bytes: number;
}

export type TerminalClientMessage = TerminalResize | TerminalAck;

/**
 * Flow control, bytes: above `high` that are not drawn yet the program has to wait, below `low` it goes on. VS Code waits
 * between 100,000 and 5,000; with these the program writes again while the rest is being drawn, which was a third faster on
 * a busy machine, and Ctrl-C in a flood is still answered within a tenth of a second.
 */
export const terminalFlow = { high: 250_000, low: 125_000, ackEvery: 10_000 } as const;

/** What the id of the terminal of a service begins with; ids of shells have no dot. */
const SERVICE_PREFIX = 'service.';

/** The id of the terminal of a service with `tty: true`. */
export function serviceTerminalId(service: string): string {
  return SERVICE_PREFIX + service;
}

/** The service whose own terminal has this id; undefined for a shell. */
export function serviceOfTerminal(id: string): string | undefined {
  return id.startsWith(SERVICE_PREFIX) ? id.slice(SERVICE_PREFIX.length) : undefined;
}

/** Code with which the WebSocket of a terminal closes when there is no such terminal (any more). */
export const TERMINAL_NOT_FOUND = 4404;

/** Sizes a terminal may have; a size outside is brought inside. */
export const terminalLimits = { minCols: 2, maxCols: 1000, minRows: 1, maxRows: 500 } as const;

/** Characters of a title at most. */
export const MAX_TITLE_LENGTH = 200;

/** Lines that are kept above the screen. */
export const TERMINAL_SCROLLBACK_LINES = 5000;

/** Brings a size into {@link terminalLimits}; what is no number becomes the usual 80 by 24. */
export function boundedSize(cols: number, rows: number): { cols: number; rows: number } {
  const { minCols, maxCols, minRows, maxRows } = terminalLimits;
  const bound = (value: number, least: number, most: number, usual: number): number =>
    Number.isFinite(value) && value >= 1 ? Math.min(most, Math.max(least, Math.floor(value))) : usual;
  return { cols: bound(cols, minCols, maxCols, 80), rows: bound(rows, minRows, maxRows, 24) };
}

/**
 * Ends every mode that a program may have left behind: alternate screen, mouse and focus reports, bracketed paste, hidden
 * cursor, application keys, line drawing, colours. What was scrolled out stays, and so does the cursor: it is saved before
 * and restored after, because leaving the alternate screen, origin mode and a scroll region all move it.
 */
export const RESET_MODES =
  '\u001b7\u001b[?1049l\u001b[?9l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1004l\u001b[?1005l\u001b[?1006l' +
  '\u001b[?1015l\u001b[?1016l\u001b[?2004l\u001b[?2026l\u001b[?1l\u001b[?66l\u001b>\u001b[?7h\u001b[4l\u001b[?6l\u001b[r' +
  '\u001b8\u001b(B\u000f\u001b[?25h\u001b[0 q\u001b[0m';
