import type { LineAddress, LogSource } from './logSource.ts';
import type { LogSelection, TextPoint } from './selection.ts';

/** A place in the text by line instead of row number, so that it can be found again after rows were numbered anew. */
interface KeptPoint {
  readonly address: LineAddress;
  readonly column: number;
}

/** A selection by lines. */
export interface KeptSelection {
  readonly anchor: KeptPoint;
  readonly focus: KeptPoint;
}

/** What was being read: a line, how far below the upper edge it stands in px, and whether it is the current one. */
export interface ReadPlace {
  readonly address: LineAddress;
  readonly topPx: number;
  readonly isCursor: boolean;
}

/** The line of a row; undefined when it is not here, or no line. */
export function addressOf(source: LogSource, row: number): LineAddress | undefined {
  const record = source.row(row);
  return record?.kind === 'line' ? { service: record.service, run: record.run, line: record.line } : undefined;
}

function keptPoint(source: LogSource, { row, column }: TextPoint): KeptPoint | undefined {
  // A run divider has no text; the line after it begins where it ends.
  const line = source.row(row)?.kind === 'divider' ? { row: row + 1, column: 0 } : { row, column };
  const address = addressOf(source, line.row);
  return address && { address, column: line.column };
}

/** The same selection by lines; undefined when one of its ends is not here. */
export function keptSelection(source: LogSource, selection: LogSelection): KeptSelection | undefined {
  const anchor = keptPoint(source, selection.anchor);
  const focus = keptPoint(source, selection.focus);
  return anchor && focus && { anchor, focus };
}

/** Finds the row of a line, also while older records are still being looked at; undefined when it is not in the view. */
export async function findLine(
  source: LogSource,
  address: LineAddress,
  signal: AbortSignal,
): Promise<number | undefined> {
  const row = await source.locate(address, signal);
  if (row !== undefined || !source.extent().scanning) return row;
  await scanned(source, signal);
  return source.locate(address, signal);
}

/** The selection in rows; undefined when one of its ends is no longer in the view. */
export async function foundSelection(
  source: LogSource,
  { anchor, focus }: KeptSelection,
  signal: AbortSignal,
): Promise<LogSelection | undefined> {
  const [anchorRow, focusRow] = [
    await findLine(source, anchor.address, signal),
    await findLine(source, focus.address, signal),
  ];
  if (anchorRow === undefined || focusRow === undefined) return undefined;
  return { anchor: { row: anchorRow, column: anchor.column }, focus: { row: focusRow, column: focus.column } };
}

/** Resolves when everything stored has been looked at; rejects with the signal. */
function scanned(source: LogSource, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void): void => {
      unsubscribe();
      signal.removeEventListener('abort', handleAbort);
      finish();
    };
    const handleAbort = (): void => end(() => reject(new DOMException('aborted', 'AbortError')));
    const unsubscribe = source.subscribe(() => {
      if (!source.extent().scanning) end(resolve);
    });
    signal.addEventListener('abort', handleAbort);
  });
}
