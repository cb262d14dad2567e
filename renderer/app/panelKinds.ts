import { registerTerminalCommands } from '../features/terminals/terminalCommands.ts';
import { terminalPanelKind } from '../features/terminals/terminalPanelKind.tsx';
import { logPanelKind } from '../features/logs/logPanelKind.tsx';
import { registerPanelKind } from '../state/panels.ts';

/** Makes the sorts of tabs known to the bottom panel; features do not know each other. */
export function registerPanelKinds(): void {
  registerPanelKind('log', logPanelKind);
  registerPanelKind('terminal', terminalPanelKind);
  registerTerminalCommands();
}
