import { attempt } from './actions.ts';
import { registerCommand } from './commands.ts';
import { closeToast, showToast } from './toasts.ts';

/** What can be taken back, newest last; the toast is gone after a while, the key combination still works. */
const steps: { readonly title: string; readonly undo: () => Promise<unknown>; readonly toast: number }[] = [];
/** Steps that are kept; each holds what it would put back. */
const maxSteps = 10;
let removeCommand: (() => void) | undefined;

/** Says what was done and offers to take it back: by the button of the message, by its key, and in the palette. */
export function offerUndo(title: string, undo: () => Promise<unknown>): void {
  const step = {
    title,
    undo,
    toast: showToast({ tone: 'ok', title, actions: [{ label: 'Undo', run: () => takeBack(step) }] }),
  };
  steps.push(step);
  if (steps.length > maxSteps) steps.shift();
  publish();
}

function takeBack(step: (typeof steps)[number]): void {
  const at = steps.indexOf(step);
  if (at < 0) return;
  steps.splice(at, 1);
  closeToast(step.toast);
  publish();
  void attempt(`“${step.title}” could not be undone`, step.undo);
}

function publish(): void {
  removeCommand?.();
  const last = steps.at(-1);
  removeCommand = last
    ? registerCommand({
        id: 'undo',
        title: `Undo: ${last.title}`,
        group: 'Window',
        keys: 'mod+z',
        // A field has an undo of its own.
        when: () => !document.activeElement?.matches('input, textarea, [contenteditable="true"]'),
        run: () => takeBack(last),
      })
    : undefined;
}
