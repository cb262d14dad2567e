import { IconTerminal2 } from '@tabler/icons-react';
import { useEffect } from 'react';
import { serviceOfTerminal } from '../../../shared/contract/terminal.ts';
import type { PanelKind, PanelParams, PanelProps } from '../../state/panels.ts';
import { askForName, closeTerminal, noteClosed, noteTab, useTerminal } from '../../state/terminals.ts';
import { lazyPart } from '../../ui/lazyPart.tsx';
import classes from './Terminals.module.css';
import { readTerminalParams, terminalTitle } from './terminalParams.ts';

function TerminalTabIcon({ panelId, params }: { panelId: string; params: PanelParams }) {
  const { terminal: id } = readTerminalParams(params);
  const terminal = useTerminal(id);
  // The head of a tab is always there, its content only once it was shown.
  useEffect(() => (id === undefined ? undefined : noteTab(id, panelId)), [id, panelId]);
  return (
    <IconTerminal2
      size={14}
      stroke={1.7}
      className={classes.icon}
      data-ended={terminal?.ended !== undefined || undefined}
      aria-hidden="true"
    />
  );
}

/** With what draws a terminal, which is large; a window without one never waits for it. */
const TerminalPanel = lazyPart<PanelProps>(async () => (await import('./TerminalPanel.tsx')).TerminalPanel);

/** Terminals as tabs of the bottom panel. Closing the tab of a shell ends the shell. */
export const terminalPanelKind: PanelKind = {
  component: TerminalPanel,
  icon: TerminalTabIcon,
  title: terminalTitle,
  tabMenu: (panelId, params) => {
    const { terminal } = readTerminalParams(params);
    if (terminal === undefined || serviceOfTerminal(terminal) !== undefined) return [];
    return [
      { id: 'rename', label: 'Rename…', group: 'terminal', takesFocus: true, run: () => askForName(panelId, params) },
    ];
  },
  confirmClose: async (_panelId, params) => {
    const { terminal } = readTerminalParams(params);
    return terminal === undefined || closeTerminal(terminal);
  },
  handleClosed: noteClosed,
};
