import { openShell } from '../../state/terminals.ts';
import type { MenuItem } from '../../ui/ContextMenu.tsx';
import type { TerminalController } from './TerminalController.ts';

/** What can be done with a terminal at the place of the pointer. */
export function terminalMenu(
  controller: TerminalController,
  { find, rename, service, isShell }: { find: () => void; rename: () => void; service: string; isShell: boolean },
): MenuItem[] {
  return [
    {
      id: 'copy',
      label: 'Copy',
      group: 'text',
      disabled: !controller.hasSelection,
      run: () => {
        controller.copy();
        controller.focus();
      },
    },
    { id: 'paste', label: 'Paste', group: 'text', run: () => void controller.pasteFromClipboard() },
    { id: 'all', label: 'Select all', group: 'text', run: () => controller.view.terminal.selectAll() },
    { id: 'find', label: 'Find', group: 'text', takesFocus: true, run: find },
    ...(isShell ? [{ id: 'rename', label: 'Rename…', group: 'tab', takesFocus: true, run: rename }] : []),
    { id: 'new', label: 'New terminal', group: 'tab', takesFocus: true, run: () => openShell(service) },
    {
      id: 'split',
      label: 'New terminal beside',
      group: 'tab',
      takesFocus: true,
      run: () => openShell(service, 'split'),
    },
  ];
}
