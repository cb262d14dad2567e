import { isMac } from '../../client/platform.ts';
import { type Command, commandForKeys, registerCommands } from '../../state/commands.ts';
import { isTyped, keysOf } from '../../state/keys.ts';
import { currentPlace } from '../../state/navigation.ts';
import { openShell, showTerminal } from '../../state/terminals.ts';
import type { TerminalController } from './TerminalController.ts';

/** What can be done with the terminal that has, or had last, the keyboard. */
export interface ShownTerminal {
  panelId: string;
  controller: TerminalController;
  service: string;
  find: () => void;
  rename: () => void;
}

let shown: ShownTerminal | undefined;

/** Tells which terminal commands are about; undefined with its own panel takes it away. */
export function setShownTerminal(panelId: string, terminal: ShownTerminal | undefined): void {
  if (terminal) shown = terminal;
  else if (shown?.panelId === panelId) shown = undefined;
}

/** Combinations with Shift beside the command key: without Shift they belong to the shell. On macOS ⌘ never does. */
const own = (key: string): string => (isMac ? `mod+${key}` : `mod+shift+${key}`);

const isThere = (): boolean => shown !== undefined;
const withShown = (run: (terminal: ShownTerminal) => void) => (): void => {
  if (shown) run(shown);
};

const commands: readonly Command[] = [
  {
    id: 'terminal.show',
    title: 'Go to the terminal',
    group: 'Terminal',
    keys: '`',
    keywords: 'shell console',
    run: () => showTerminal(currentPlace().service),
  },
  {
    id: 'terminal.new',
    title: 'New terminal',
    group: 'Terminal',
    keywords: 'shell console bash',
    run: () => openShell(),
  },
  {
    id: 'terminal.new-here',
    title: 'New terminal in the folder of the selected service',
    group: 'Terminal',
    keywords: 'shell console bash',
    when: () => currentPlace().service !== undefined,
    run: () => openShell(currentPlace().service),
  },
  {
    id: 'terminal.again',
    title: 'New terminal like this one',
    group: 'Terminal',
    keys: own('t'),
    when: isThere,
    run: withShown(({ service }) => openShell(service)),
  },
  {
    id: 'terminal.split',
    title: 'New terminal beside this one',
    group: 'Terminal',
    keys: own('d'),
    when: isThere,
    run: withShown(({ service }) => openShell(service, 'split')),
  },
  {
    id: 'terminal.find',
    title: 'Find in the terminal',
    group: 'Terminal',
    keys: own('f'),
    when: isThere,
    run: withShown(({ find }) => find()),
  },
  {
    id: 'terminal.copy',
    title: 'Copy what is selected in the terminal',
    group: 'Terminal',
    keys: own('c'),
    when: isThere,
    run: withShown(({ controller }) => controller.copy()),
  },
  {
    id: 'terminal.paste',
    title: 'Paste into the terminal',
    group: 'Terminal',
    keys: own('v'),
    when: isThere,
    run: withShown(({ controller }) => void controller.pasteFromClipboard()),
  },
  {
    id: 'terminal.rename',
    title: 'Rename the terminal',
    group: 'Terminal',
    when: isThere,
    run: withShown(({ rename }) => rename()),
  },
  {
    id: 'terminal.leave',
    title: 'Leave the terminal with the keyboard',
    group: 'Terminal',
    keys: 'shift+escape',
    when: isThere,
    run: withShown(({ panelId }) => leave(panelId)),
  },
];

/** Makes known what can be done with terminals. */
export function registerTerminalCommands(): () => void {
  return registerCommands(commands);
}

/** Commands of the panel that a terminal lets through; no shell has a use for these keys. */
const letThrough: ReadonlySet<string> = new Set(['panel.next-tab', 'panel.previous-tab']);

/**
 * Runs what a key means to the window while a terminal has the keyboard. False: it is for the program. That is every key
 * except those of commands about terminals, as the user has set them, and those only with Ctrl, Alt or ⌘.
 */
export function runTerminalKey(event: KeyboardEvent): boolean {
  const keys = keysOf(event);
  if (!keys || (isTyped(keys) && keys !== 'shift+escape')) return false;
  const command = commandForKeys(keys);
  if (!command || (command.group !== 'Terminal' && !letThrough.has(command.id))) return false;
  event.preventDefault();
  event.stopPropagation();
  command.run();
  return true;
}

/** Gives the keyboard to the tab of the terminal, from where Tab and the keys of the window go on. */
function leave(panelId: string): void {
  const tab = document.querySelector<HTMLElement>(`[data-tab-panel-id="${CSS.escape(panelId)}"]`);
  const before = document.activeElement;
  tab?.focus();
  if (document.activeElement === before && before instanceof HTMLElement) before.blur();
}
