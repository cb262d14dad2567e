import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import { boundedSize } from '../../../shared/contract/terminal.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { OpenTerminal, ShellPrograms } from './shellPrograms.ts';
import { shellName } from './shellChoice.ts';
import { Terminal } from './terminal.ts';
import { cleanName, notFound, type TerminalEntry, type TerminalFacts, type TerminalTable } from './terminalTable.ts';
import type { Screens } from './terminalScreen.ts';
import type { TerminalSocket } from './viewer.ts';

/** Terminals at most. Each keeps a screen of up to some MB; a client in a loop must not fill the memory. */
const MAX_TERMINALS = 100;

/** Longest command that {@link Shells.running} tells, characters; enough to recognise it. */
const MAX_COMMAND_LENGTH = 200;

/** How long the command line may take to look at the shell it opened, ms; a crash of it in between leaves no shell. */
const FIRST_LOOK_MS = 30_000;

/** A shell, or another program that was opened in a terminal. */
interface Shell extends TerminalEntry {
  wanted: OpenTerminal;
  /** Its process tree, also after its end: it may have left something in the background. */
  key: TreeKey;
  /** Set until the command line that it belongs to looks at it: how its program begins then, and the end of patience. */
  waiting: { begin: () => void; timer: Disposable } | undefined;
}

/** Collaborators of {@link Shells}. */
export interface ShellsOptions {
  table: TerminalTable;
  programs: ShellPrograms;
  screens: Screens;
  clock: Clock;
}

/** Terminals that somebody opened: shells in the folder of a service, free shells, and single commands. */
export class Shells {
  private readonly shells = new Map<string, Shell>();
  private opening = 0;

  constructor(private readonly options: ShellsOptions) {}

  /** Starts a shell. Rejects with `terminal.limit`, `service.not-found` or `launch.*`. */
  async open(wanted: OpenTerminal): Promise<TerminalFacts> {
    const { table, programs, screens, clock } = this.options;
    const count = table.size + this.opening;
    if (count >= MAX_TERMINALS) {
      throw new MicroError('terminal.limit', `there are ${count} terminals already`, { next: 'close some of them' });
    }
    this.opening++;
    try {
      const id = randomBytes(9).toString('base64url');
      const size = boundedSize(wanted.cols, wanted.rows);
      const started = await programs.start(wanted, id, size);
      const whose = wanted.service === '' ? basename(started.folder) : wanted.service;
      const facts: TerminalFacts = {
        id,
        name: cleanName(wanted.name) || table.freeName(`${shellName(started.argv)}: ${whose}`),
        title: '',
        service: wanted.service,
        live: false,
        folder: started.folder,
        pid: started.program.pid,
        startedAt: clock.now(),
      };
      const terminal = new Terminal({
        screen: screens.create(size.cols, size.rows),
        clock,
        mayPause: true,
        answers: wanted.commandLine === undefined,
      });
      const shell: Shell = { facts, terminal, wanted, key: started.key, waiting: undefined };
      this.shells.set(id, shell);
      table.add(shell);
      const begin = (): void => terminal.run(started.program);
      // What a program asks its terminal at the start must reach the one who answers.
      if (wanted.commandLine) shell.waiting = { begin, timer: clock.setTimeout(() => this.hangUp(id), FIRST_LOOK_MS) };
      else begin();
      return table.facts(id);
    } finally {
      this.opening--;
    }
  }

  /** Starts what ended in a terminal once more, in the same place and with the same screen. */
  async runAgain(id: string): Promise<TerminalFacts> {
    const shell = this.shell(id, (service) => `start it with: micro start ${service}`);
    const { wanted, terminal, facts } = shell;
    if (!terminal.ended) throw new MicroError('api.invalid', `what runs in ${facts.name} has not ended`);
    const { cols, rows } = terminal.screen;
    const started = await this.options.programs.start(wanted, id, { cols, rows });
    if (this.shells.get(id) !== shell || !terminal.ended) {
      await this.options.programs.kill(started.key);
      throw new MicroError('terminal.not-found', `the terminal "${facts.name}" was closed meanwhile`);
    }
    shell.key = started.key;
    facts.pid = started.program.pid;
    facts.startedAt = this.options.clock.now();
    terminal.run(started.program);
    return this.options.table.facts(id);
  }

  /** Commands that run in a shell besides the shell itself; none for the terminal of a service. Throws `terminal.not-found`. */
  async running(id: string): Promise<string[]> {
    const shell = this.shells.get(id);
    if (!shell) {
      this.options.table.facts(id);
      return [];
    }
    const members = await this.options.programs.members(shell.key);
    const others = members.filter(({ pid }) => pid !== shell.facts.pid);
    return others.map(({ command }) => command.slice(0, MAX_COMMAND_LENGTH));
  }

  /** Closes a shell: everything in it gets SIGHUP and, when that does not help, SIGKILL. */
  async close(id: string): Promise<void> {
    const shell = this.shell(id, (service) => `stop it with: micro stop ${service}`);
    this.shells.delete(id);
    this.options.table.remove(id);
    await this.end(shell);
  }

  /** Somebody begins to look at a shell. One of the command line ends with the first who looks: that is its terminal. */
  noteViewer(id: string, socket: TerminalSocket): void {
    const shell = this.shells.get(id);
    if (!shell?.waiting) return;
    const { begin, timer } = shell.waiting;
    shell.waiting = undefined;
    timer.dispose();
    socket.whenClosed(() => this.hangUp(id));
    begin();
  }

  /** Ends all shells; resolves when they are gone. */
  async stop(): Promise<void> {
    const shells = [...this.shells.values()];
    this.shells.clear();
    await Promise.all(shells.map((shell) => this.end(shell)));
  }

  private hangUp(id: string): void {
    if (this.shells.has(id)) void this.close(id);
  }

  private async end({ terminal, key, facts, waiting }: Shell): Promise<void> {
    waiting?.timer.dispose();
    const isOver = terminal.ended !== undefined;
    terminal.dispose();
    // The shell may have ended and what it left in the background may not.
    await this.options.programs.end(key, { name: facts.name, isOver });
  }

  /** Throws `terminal.not-found`, or `api.invalid` with `next` for the terminal of a service. */
  private shell(id: string, next: (service: string) => string): Shell {
    const shell = this.shells.get(id);
    if (shell) return shell;
    const facts = this.options.table.find(id)?.facts;
    if (!facts) throw notFound(id);
    throw new MicroError('api.invalid', `${facts.name} is the terminal of a service`, { next: next(facts.service) });
  }
}
