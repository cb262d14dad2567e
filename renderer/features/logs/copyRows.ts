import { drawnLine, type LogRow } from './logRow.ts';
import type { LogSource } from './logSource.ts';
import { copiedText, type LogSelection, orderedEnds } from './selection.ts';

/** More text than this (UTF-16 units) does not go to the clipboard: other programs choke on it; export has no limit. */
export const maxCopiedLength = 64 * 1024 * 1024;

/** Thrown when a selection is too long for the clipboard. */
export class TooMuchToCopy extends Error {
  override readonly name = 'TooMuchToCopy';
}

/** The selected text of one row; undefined for what is no line of the log (a run divider). */
async function textOfRow(
  source: LogSource,
  row: number,
  selection: LogSelection,
  signal: AbortSignal,
): Promise<string | undefined> {
  const record: LogRow | undefined = source.row(row) ?? (await source.rows(row, row + 1, signal))[0];
  if (record?.kind !== 'line') return undefined;
  const whole = record.trueBytes > 0 ? { ...record, trueBytes: 0, text: await source.wholeText(row, signal) } : record;
  const { plain, shown } = drawnLine(whole);
  return copiedText(selection, { row, plain, shown });
}

/**
 * The text of a selection, wherever its rows are: one line for each record, in order, without anything the view puts before
 * the text. Run dividers are no lines of the log and are left out.
 */
export async function selectedText(source: LogSource, selection: LogSelection, signal: AbortSignal): Promise<string> {
  const { start, end } = orderedEnds(selection);
  const { first, end: afterLast } = source.extent();
  const from = Math.max(start.row, first);
  const last = Math.min(end.row, afterLast - 1);
  const parts: string[] = [];
  let length = 0;
  const add = (text: string): void => {
    length += text.length;
    if (length > maxCopiedLength) throw new TooMuchToCopy('the selection is too long for the clipboard');
    parts.push(text);
  };
  const head = await textOfRow(source, from, selection, signal);
  if (head !== undefined) add(`${head}\n`);
  if (last > from) {
    for await (const text of source.text(from + 1, last, 'text', signal)) add(text);
    const tail = await textOfRow(source, last, selection, signal);
    if (tail !== undefined) add(`${tail}\n`);
  }
  return parts.join('').replace(/\n$/u, '');
}
