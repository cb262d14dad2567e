import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Terminal } from '../../shared/contract/gen/terminals_pb.ts';
import { serviceTerminalId } from '../../shared/contract/terminal.ts';
import { api } from '../client/api.ts';
import { attempt } from './actions.ts';
import { openPanel, type PanelParams } from './panels.ts';
import { ask } from './questions.ts';
import { serverStore } from './serverState.ts';
import { holdTyping } from './typeAhead.ts';

/** ms before the list is asked for again after its stream broke; the main stream has told the user by then. */
const RETRY_MS = 1_000;

/** Commands named in the question before a terminal is closed; more are counted. */
const MAX_NAMED_COMMANDS = 5;

interface TerminalStore {
  /** By id, in the order of opening. */
  terminals: ReadonlyMap<string, Terminal>;
  /** Whether the list was heard since the connection came. */
  loaded: boolean;
  /** The tab whose screen is to have the keyboard, until it has taken it. */
  focusWanted: string | undefined;
  /** The tab whose terminal is to be given another name. */
  renameWanted: string | undefined;
}

const terminalStore = createStore<TerminalStore>(() => ({
  terminals: new Map(),
  loaded: false,
  focusWanted: undefined,
  renameWanted: undefined,
}));

let stream: AbortController | undefined;

/** Follows the list as long as there is a server; the result ends that. */
export function followTerminals(): () => void {
  const update = (): void => {
    const isConnected = serverStore.getState().connection.status === 'connected';
    if (isConnected && !stream) {
      stream = new AbortController();
      void follow(stream.signal);
    } else if (!isConnected && stream) {
      stream.abort();
      stream = undefined;
      terminalStore.setState({ loaded: false });
    }
  };
  const unsubscribe = serverStore.subscribe(update);
  update();
  return () => {
    unsubscribe();
    stream?.abort();
    stream = undefined;
  };
}

async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { terminals } of api().terminals.watch({}, { signal })) {
        if (signal.aborted) return;
        terminalStore.setState({ terminals: new Map(terminals.map((each) => [each.id, each])), loaded: true });
      }
    } catch {
      // The main stream says that the connection is lost; here is nothing to add.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** What the server knows of a terminal; draws again on each change. */
export function useTerminal(id: string | undefined): Terminal | undefined {
  return useStore(terminalStore, ({ terminals }) => (id === undefined ? undefined : terminals.get(id)));
}

/** All terminals in the order of opening; draws again on each change. */
export function useTerminals(): ReadonlyMap<string, Terminal> {
  return useStore(terminalStore, ({ terminals }) => terminals);
}

/** Whether a tab was asked for by somebody who wants to type into it now. */
export function useFocusWanted(panelId: string): boolean {
  return useStore(terminalStore, ({ focusWanted }) => focusWanted === panelId);
}

/** The tab has the keyboard. */
export function noteFocused(): void {
  terminalStore.setState({ focusWanted: undefined });
}

/** Shows a tab and asks for another name of its terminal. */
export function askForName(panelId: string, params: PanelParams): void {
  openPanel({ kind: 'terminal', id: panelId, params });
  terminalStore.setState({ renameWanted: panelId });
}

/** Whether the terminal of a tab is to be given another name. */
export function useRenameWanted(panelId: string): boolean {
  return useStore(terminalStore, ({ renameWanted }) => renameWanted === panelId);
}

/** It has one, or keeps the old. */
export function noteRenamed(): void {
  terminalStore.setState({ renameWanted: undefined });
}

/** Tabs by the terminal that they show, for terminals that are asked for by name. */
const tabs = new Map<string, string>();

/** A tab shows a terminal until the result is called. */
export function noteTab(terminal: string, panelId: string): () => void {
  tabs.set(terminal, panelId);
  return () => {
    if (tabs.get(terminal) === panelId) tabs.delete(terminal);
  };
}

function openTab(request: { id: string; params: PanelParams; place?: 'tab' | 'split' }): void {
  terminalStore.setState({ focusWanted: request.id });
  // What is typed from now on is meant for it, and its code may still have to be loaded.
  holdTyping('\r');
  openPanel({ kind: 'terminal', ...request });
}

let lastShown: string | undefined;

/** Remembers the tab that {@link showTerminal} goes back to. */
export function noteShown(panelId: string): void {
  lastShown = panelId;
}

/** Forgets a tab that was closed. */
export function noteClosed(panelId: string): void {
  if (lastShown === panelId) lastShown = undefined;
}

/** Opens a tab with a new shell: in a service's folder with its environment, or, without a service, in the home folder. */
export function openShell(service = '', place: 'tab' | 'split' = 'tab'): void {
  const id = `terminal:${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  openTab({ id, params: { service }, place });
}

/** Goes to the tab of a terminal that the server has; opens one when there is none. */
export function openTerminal(id: string): void {
  openTab({ id: tabs.get(id) ?? `terminal:${id}`, params: { terminal: id } });
}

/** Opens the tab of the terminal that a service with `tty: true` lives in. */
export function openServiceTerminal(service: string): void {
  openTerminal(serviceTerminalId(service));
}

/** Goes to the terminal that was looked at last; opens a shell when there is none. */
export function showTerminal(service = ''): void {
  if (lastShown === undefined) openShell(service);
  else openTab({ id: lastShown, params: { service } });
}

/** Asks when something runs in a shell, then ends it. False: it stays. */
export async function closeTerminal(id: string): Promise<boolean> {
  const terminal = terminalStore.getState().terminals.get(id);
  // The terminal of a service goes on without a tab, and one that the server does not have is gone already.
  if (!terminal || terminal.live) return true;
  try {
    const { commands } = await api().terminals.running({ id });
    if (commands.length > 0) {
      const more = commands.length - MAX_NAMED_COMMANDS;
      const decided = await ask({
        title: `Close ${terminal.name}?`,
        text: 'This still runs in it and will be ended:',
        lines: [...commands.slice(0, MAX_NAMED_COMMANDS), ...(more > 0 ? [`and ${more} more`] : [])],
        answers: [{ id: 'close', label: 'End it and close', danger: true }],
      });
      if (decided === undefined) return false;
    }
  } catch {
    // It cannot be asked: the server is away, or the terminal went meanwhile. Closing the tab is still what was wanted.
  }
  void attempt(`${terminal.name} could not be closed`, async () => {
    if (terminalStore.getState().terminals.has(id)) await api().terminals.close({ id });
  });
  return true;
}

/** Gives a terminal another name. */
export function renameTerminal(id: string, name: string): void {
  void attempt('The terminal could not be renamed', async () => {
    await api().terminals.rename({ id, name });
  });
}
