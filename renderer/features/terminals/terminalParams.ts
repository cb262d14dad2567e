import { serviceOfTerminal } from '../../../shared/contract/terminal.ts';
import type { PanelParams } from '../../state/panels.ts';

/** What a tab with a terminal remembers. */
export interface TerminalParams {
  /** The terminal on the server; undefined until a shell is started. */
  terminal: string | undefined;
  /** The service whose folder and environment a new shell gets; empty for none. */
  service: string;
  /** What it was called last, for the time before the server has said so. */
  name: string;
}

/** Reads what a tab remembers; what is no longer understood is left out. */
export function readTerminalParams(params: PanelParams): TerminalParams {
  const text = (key: string): string => (typeof params[key] === 'string' ? params[key] : '');
  return { terminal: text('terminal') || undefined, service: text('service'), name: text('name') };
}

/** What the tab of a terminal is called until the server has said more. */
export function terminalTitle(params: PanelParams): string {
  const { terminal, name, service } = readTerminalParams(params);
  return name || service || serviceOfTerminal(terminal ?? '') || 'Terminal';
}
