import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Keys } from './keys.ts';
import { uiStore } from './uiState.ts';

/** Something the user can do by name. Palette, menus, keyboard and help sheet all show this list. */
export interface Command {
  /** Stable; the key that the user chose is kept under it. */
  id: string;
  title: string;
  /** Heading in the palette and the help sheet. */
  group: string;
  /** Key combination unless the user chose another. */
  keys?: Keys;
  /** Further words the palette finds it by. */
  keywords?: string;
  /** Whether it makes sense now; absent: always. */
  when?: () => boolean;
  run: () => void;
}

const store = createStore<{ commands: ReadonlyMap<string, Command> }>(() => ({ commands: new Map() }));

/** Adds a command; a second one with the same id takes its place. The result takes it away. */
export function registerCommand(command: Command): () => void {
  store.setState(({ commands }) => ({ commands: new Map(commands).set(command.id, command) }));
  return () => {
    store.setState(({ commands }) => {
      if (commands.get(command.id) !== command) return { commands };
      const next = new Map(commands);
      next.delete(command.id);
      return { commands: next };
    });
  };
}

/** Adds several commands; the result takes all away. */
export function registerCommands(commands: readonly Command[]): () => void {
  const removals = commands.map(registerCommand);
  return () => {
    for (const remove of removals) remove();
  };
}

/** Groups in the order in which they are looked for; those that are not named here come last. */
const groupOrder = [
  'Pages',
  'Project',
  'Service',
  'Services',
  'Window',
  'Panel',
  'Logs',
  'Terminal',
  'Store',
  'Config',
  'Events',
];

function groupRank({ group }: Command): number {
  const rank = groupOrder.indexOf(group);
  return rank < 0 ? groupOrder.length : rank;
}

/** All commands by their groups; within a group in the order of registering. */
export function useCommands(): readonly Command[] {
  const commands = useStore(store, (state) => state.commands);
  return useMemo(() => [...commands.values()].sort((a, b) => groupRank(a) - groupRank(b)), [commands]);
}

/** The combination that runs a command now, the user's own first; undefined when it has none. */
export function keysFor(command: Command, chosen: Readonly<Record<string, string>>): Keys | undefined {
  const own = chosen[command.id];
  return own === undefined ? command.keys : own || undefined;
}

/** Runs a command by its id if it exists and makes sense now. */
export function runCommand(id: string): boolean {
  const command = store.getState().commands.get(id);
  if (!command || command.when?.() === false) return false;
  command.run();
  return true;
}

/** The command that a combination stands for and that makes sense now. */
export function commandForKeys(keys: Keys): Command | undefined {
  const chosen = uiStore.getState().keys;
  for (const command of store.getState().commands.values()) {
    if (keysFor(command, chosen) === keys && command.when?.() !== false) return command;
  }
  return undefined;
}
