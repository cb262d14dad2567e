import { type AnsiSpan, parseAnsi, visibleText } from './ansi.ts';
import { type JsonLine, parseJsonLine } from './jsonLine.ts';
import { findLinks, type TextLink } from './links.ts';
import type { TextRange } from './spans.ts';
import type { TraceLine } from './stackTrace.ts';

/** A record of the log. */
export interface LogLine {
  readonly kind: 'line';
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly service: string;
  readonly run: number;
  /** stdout, stderr, tty, build, micro or otlp */
  readonly stream: string;
  /** 1 for the first line of the run. */
  readonly line: number;
  /** "", trace, debug, info, warn, error or fatal */
  readonly level: string;
  /** As written, escape codes included; cut when {@link trueBytes} is not 0. */
  readonly text: string;
  /** Bytes of the whole line when `text` is a part of it, else 0. */
  readonly trueBytes: number;
  /** Not ended yet. */
  readonly partial: boolean;
  /** Where the view's own filter matched, offsets without escape codes; absent without a text filter. */
  readonly matches?: readonly TextRange[];
}

/** Where a run of a service begins or ends. */
export interface RunDivider {
  readonly kind: 'divider';
  readonly timeUs: number;
  readonly service: string;
  readonly run: number;
  /** In words, without the service's name. */
  readonly text: string;
  readonly failed: boolean;
}

/** A record that is no longer stored. */
export interface GoneRow {
  readonly kind: 'gone';
  readonly timeUs: 0;
  readonly text: '';
}

/** One row of a log view. */
export type LogRow = LogLine | RunDivider | GoneRow;

/** A record made ready to be drawn. */
export interface DrawnLine {
  /** The line as written, without escape codes: what is copied. */
  readonly plain: string;
  /** What stands on the screen, the offsets of everything else count in it. */
  readonly shown: string;
  /** `shown` with control characters as pictures, one for one. */
  readonly visible: string;
  readonly styles: readonly AnsiSpan[];
  readonly links: readonly TextLink[];
  readonly json: JsonLine | undefined;
}

/** The fields after the message of a JSON line are less than the message. */
const restStyle = { dim: true } as const;

function drawLine(row: LogLine): DrawnLine {
  const { plain, spans } = parseAnsi(row.text);
  const json = row.trueBytes === 0 ? parseJsonLine(plain) : undefined;
  if (!json) {
    return { plain, shown: plain, visible: visibleText(plain), styles: spans, links: findLinks(plain), json };
  }
  const separator = json.message !== '' && json.rest !== '' ? ' ' : '';
  const shown = json.message + separator + json.rest;
  const restStart = json.message.length + separator.length;
  const styles = restStart < shown.length ? [{ start: restStart, end: shown.length, style: restStyle }] : [];
  return { plain, shown, visible: visibleText(shown), styles, links: findLinks(shown), json };
}

const drawn = new WeakMap<LogLine, DrawnLine>();

/** The record made ready to be drawn; computed once, kept as long as the record is. */
export function drawnLine(row: LogLine): DrawnLine {
  let line = drawn.get(row);
  if (!line) {
    line = drawLine(row);
    drawn.set(row, line);
  }
  return line;
}

/** The level a record counts as: one without a level is info. */
export function effectiveLevel(level: string): string {
  return level === '' ? 'info' : level;
}

/** Whether a record is an error for "next error". */
export function isErrorLevel(level: string): boolean {
  return level === 'error' || level === 'fatal';
}

/** A row as stack trace folding sees it; dividers end a trace. */
export function traceLine(row: LogRow | undefined): TraceLine | undefined {
  if (row?.kind !== 'line') return undefined;
  return { service: row.service, run: row.run, stream: row.stream, text: drawnLine(row).plain };
}
