import { toMicroError } from '../../../shared/contract/errors.ts';
import { writeClipboard } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { closeToast, showToast } from '../../state/toasts.ts';
import { selectedText, TooMuchToCopy } from './copyRows.ts';
import { exportName, exportRows } from './exportLog.ts';
import type { LogController } from './LogController.ts';
import type { TextFormat } from './logSource.ts';
import type { LogViewState } from './logViewState.ts';
import { currentMarks, parseMark, toggleMark } from './marks.ts';

/** Copies what is selected, or else the current row, and says how much it was. */
export async function copySelection(controller: LogController): Promise<void> {
  const selection = controller.copyable();
  if (!selection) return;
  try {
    const text = await selectedText(controller.source, selection, new AbortController().signal);
    await writeClipboard(text);
    const lines = text.split('\n').length;
    if (lines > 1) showToast({ tone: 'ok', title: `${lines.toLocaleString('en')} lines copied` });
  } catch (error) {
    const text =
      error instanceof TooMuchToCopy
        ? 'It is longer than the clipboard should hold. Export writes it to a file.'
        : toMicroError(error).message;
    showToast({ tone: 'bad', title: 'The selection was not copied', text });
  }
}

/** Writes every line of the view into a file that the user names, with progress and a way to stop it. */
export async function exportAll(controller: LogController, view: LogViewState, format: TextFormat): Promise<void> {
  const { first, end } = controller.source.extent();
  const abort = new AbortController();
  const name = exportName(view.services, format, new Date());
  const toast = showToast({
    tone: 'busy',
    title: `Exporting ${(end - first).toLocaleString('en')} lines`,
    actions: [{ label: 'Cancel', run: () => abort.abort() }],
  });
  await attempt('The log was not exported', async () => {
    try {
      const file = await exportRows(controller.source, { from: first, to: end }, format, name, abort.signal);
      if (file !== undefined) showToast({ tone: 'ok', title: `Exported to ${file}` });
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      closeToast(toast);
    }
  });
}

/** Sets or takes away the mark of the current row, or of the last one on the screen. */
export function markCurrent(controller: LogController): void {
  const { cursor, placed } = controller.snapshot();
  const record = controller.row(cursor ?? placed.at(-1)?.row ?? -1);
  if (record?.kind === 'line') toggleMark(record);
}

/** Goes to the next mark in a direction. */
export async function goToMark(controller: LogController, direction: 1 | -1): Promise<void> {
  const { cursor, placed } = controller.snapshot();
  const from = cursor ?? placed[0]?.row ?? 0;
  const { signal } = new AbortController();
  const addresses = [...currentMarks()].flatMap((key) => parseMark(key) ?? []);
  const rows = await Promise.all(
    addresses.map((address) => controller.source.locate(address, signal).catch(() => undefined)),
  );
  const found = rows
    .flatMap((row) => (row === undefined ? [] : [row]))
    .filter((row) => (direction > 0 ? row > from : row < from))
    .sort((a, b) => (a - b) * direction)[0];
  if (found !== undefined) controller.showRow(found);
  else showToast({ tone: 'warn', title: `No mark further ${direction > 0 ? 'down' : 'up'}` });
}
