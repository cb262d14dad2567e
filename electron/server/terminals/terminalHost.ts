import { TERMINAL_NOT_FOUND } from '../../../shared/contract/terminal.ts';
import type { Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { LiveTerminals } from './liveTerminals.ts';
import { ShellPrograms, type ShellProgramsOptions } from './shellPrograms.ts';
import { Shells } from './shells.ts';
import type { Screens } from './terminalScreen.ts';
import { type TerminalFacts, TerminalTable } from './terminalTable.ts';
import type { TerminalSocket } from './viewer.ts';

/** Collaborators of {@link TerminalHost}. */
export interface TerminalHostOptions extends ShellProgramsOptions {
  screens: Screens;
}

/** All terminals of the server. */
export class TerminalHost implements Disposable {
  /** Those that were opened. */
  readonly shells: Shells;
  /** Those of services with `tty: true`. */
  readonly live: LiveTerminals;
  /** The list, or something known of one of them, changed. */
  readonly onDidChange: Event<void>;
  private readonly table = new TerminalTable();
  private readonly programs: ShellPrograms;
  private readonly screens: Screens;

  constructor(options: TerminalHostOptions) {
    const { table } = this;
    const { screens, clock } = options;
    this.screens = screens;
    this.programs = new ShellPrograms(options);
    this.shells = new Shells({ table, screens, clock, programs: this.programs });
    this.live = new LiveTerminals({ table, screens, clock });
    this.onDidChange = table.onDidChange;
  }

  /** All terminals in the order of their opening. */
  list(): TerminalFacts[] {
    return this.table.list();
  }

  /** What is known of a terminal; throws `terminal.not-found`. */
  facts(id: string): TerminalFacts {
    return this.table.facts(id);
  }

  /** Gives it another name; an empty one is refused. */
  rename(id: string, name: string): TerminalFacts {
    return this.table.rename(id, name);
  }

  /** Serves a viewer; a terminal that is not there closes the socket with 4404. */
  attach(id: string, socket: TerminalSocket): void {
    const entry = this.table.find(id);
    if (!entry) {
      socket.close(TERMINAL_NOT_FOUND, 'there is no such terminal');
      return;
    }
    entry.terminal.attach(socket);
    this.shells.noteViewer(id, socket);
  }

  /** Ends all shells; resolves when they are gone. Terminals of services end with their services. */
  async stop(): Promise<void> {
    this.programs.stop();
    this.table.dispose();
    this.live.stop();
    await this.shells.stop();
    await this.screens.stop();
  }

  dispose(): void {
    void this.stop();
  }
}
