import { serviceTerminalId } from '../../../shared/contract/terminal.ts';
import type { Clock } from '../base/clock.ts';
import type { LaunchedProcess } from '../host/launcher.ts';
import { Terminal } from './terminal.ts';
import type { Screens } from './terminalScreen.ts';
import type { TerminalEntry, TerminalTable } from './terminalTable.ts';

/** Size of a service's terminal until somebody looks at it: wide enough that log lines are rarely broken. */
const SERVICE_SIZE = { cols: 120, rows: 30 } as const;

/** The terminal of a service. */
interface LiveTerminal extends TerminalEntry {
  /** Its programs that run, the newest last: during a rolling reload there are two. */
  programs: LaunchedProcess[];
}

/** Collaborators of {@link LiveTerminals}. */
export interface LiveTerminalsOptions {
  table: TerminalTable;
  screens: Screens;
  clock: Clock;
}

/** Terminals of services with `tty: true`: one for each service, through all its runs. Their programs are the runtime's. */
export class LiveTerminals {
  private readonly terminals = new Map<string, LiveTerminal>();
  private stopped = false;

  constructor(private readonly options: LiveTerminalsOptions) {}

  /** Size of a service's terminal, so that its program has it from its first moment on. */
  size(service: string): { cols: number; rows: number } {
    const screen = this.terminals.get(service)?.terminal.screen;
    return screen ? { cols: screen.cols, rows: screen.rows } : SERVICE_SIZE;
  }

  /** Shows the program of a service, now and in later runs, in the one terminal of the service. */
  show(service: string, folder: string, program: LaunchedProcess): void {
    if (this.stopped) return;
    const { facts, programs, terminal } = this.terminals.get(service) ?? this.add(service, folder, program.pid);
    facts.folder = folder;
    programs.push(program);
    const present = (shown: LaunchedProcess): void => {
      facts.pid = shown.pid;
      facts.startedAt = this.options.clock.now();
      terminal.run(shown);
    };
    present(program);
    program.onDidExit(() => {
      programs.splice(programs.indexOf(program), 1);
      const last = programs.at(-1);
      // A new copy that failed leaves the old one, which went on serving.
      if (last && facts.pid === program.pid) present(last);
    });
  }

  /** Closes the terminal of a service that is no more. */
  forget(service: string): void {
    const live = this.terminals.get(service);
    if (!live) return;
    this.terminals.delete(service);
    this.options.table.remove(live.facts.id);
    live.terminal.dispose();
  }

  /** Closes all; the services themselves are ended by the runtime. */
  stop(): void {
    this.stopped = true;
    for (const { terminal } of this.terminals.values()) terminal.dispose();
    this.terminals.clear();
  }

  private add(service: string, folder: string, pid: number): LiveTerminal {
    const { table, screens, clock } = this.options;
    const screen = screens.create(SERVICE_SIZE.cols, SERVICE_SIZE.rows);
    const terminal = new Terminal({ screen, clock, mayPause: false, answers: true });
    const id = serviceTerminalId(service);
    const facts = { id, name: service, title: '', service, live: true, folder, pid, startedAt: 0 };
    const live: LiveTerminal = { facts, terminal, programs: [] };
    this.terminals.set(service, live);
    table.add(live);
    return live;
  }
}
