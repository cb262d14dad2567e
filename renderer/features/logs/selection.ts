import type { TextRange } from './spans.ts';

/** A place between two characters of a record. */
export interface TextPoint {
  readonly row: number;
  /** Characters (UTF-16 units) before it; counted in what is shown of the row. */
  readonly column: number;
}

/**
 * What is selected, by record and not by what happens to be drawn: rows far off the screen are part of it as well.
 * `anchor` is where it began, `focus` where it is being dragged to.
 */
export interface LogSelection {
  readonly anchor: TextPoint;
  readonly focus: TextPoint;
}

/** Column that stands for the end of a row of any length. */
export const lineEnd = Number.MAX_SAFE_INTEGER;

function isBefore(a: TextPoint, b: TextPoint): boolean {
  return a.row < b.row || (a.row === b.row && a.column <= b.column);
}

/** The two ends in reading order. */
export function orderedEnds(selection: LogSelection): { start: TextPoint; end: TextPoint } {
  return isBefore(selection.anchor, selection.focus)
    ? { start: selection.anchor, end: selection.focus }
    : { start: selection.focus, end: selection.anchor };
}

/** Whether nothing is selected (both ends at one place). */
export function isEmptySelection(selection: LogSelection | undefined): boolean {
  if (!selection) return true;
  return selection.anchor.row === selection.focus.row && selection.anchor.column === selection.focus.column;
}

/** The selected part of a row that shows `length` characters; undefined when none is. */
export function selectedRange(selection: LogSelection | undefined, row: number, length: number): TextRange | undefined {
  if (!selection || isEmptySelection(selection)) return undefined;
  const { start, end } = orderedEnds(selection);
  if (row < start.row || row > end.row) return undefined;
  const from = row === start.row ? Math.min(start.column, length) : 0;
  const until = row === end.row ? Math.min(end.column, length) : length;
  return { start: from, end: until };
}

/** Everything from the first to the last row. */
export function selectRows(first: number, last: number): LogSelection {
  return { anchor: { row: first, column: 0 }, focus: { row: last, column: lineEnd } };
}

/** Whole rows from one on to another, which may be above it. */
export function selectRowsTo(anchor: number, focus: number): LogSelection {
  if (focus >= anchor) return selectRows(anchor, focus);
  return { anchor: { row: anchor, column: lineEnd }, focus: { row: focus, column: 0 } };
}

/** The word, or the run of one kind of character, around a column. */
export function wordAt(text: string, column: number): TextRange {
  const kindOf = (character: string | undefined): number => {
    if (character === undefined || /\s/u.test(character)) return 0;
    return /[\p{L}\p{N}_\-./:@]/u.test(character) ? 1 : 2;
  };
  const at = Math.min(column, Math.max(0, text.length - 1));
  const kind = kindOf(text[at]);
  let start = at;
  let end = at;
  while (start > 0 && kindOf(text[start - 1]) === kind) start -= 1;
  while (end < text.length && kindOf(text[end]) === kind) end += 1;
  return { start, end };
}

/** What copying needs of a row: the line as it was written (without escape codes) and as it is shown. */
export interface CopiedRow {
  readonly row: number;
  readonly plain: string;
  readonly shown: string;
}

/**
 * The text of one row of a selection. A row that is selected as a whole is copied as it was written, also where the view
 * shows it in another form (a JSON line with its message first); a part of a row is copied as it is shown.
 */
export function copiedText(selection: LogSelection, copied: CopiedRow): string {
  const range = selectedRange(selection, copied.row, copied.shown.length);
  if (!range) return '';
  if (range.start === 0 && range.end === copied.shown.length) return copied.plain;
  return copied.shown.slice(range.start, range.end);
}
