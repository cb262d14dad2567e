import { RESET_MODES, type TerminalEnd } from '../../../shared/contract/terminal.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { type Disposable, DisposableStore } from '../base/lifecycle.ts';
import type { LaunchedProcess } from '../host/launcher.ts';
import { GatheredOutput } from './gatheredOutput.ts';
import { OutputPace } from './outputPace.ts';
import type { TerminalScreen } from './terminalScreen.ts';
import { type TerminalSocket, Viewer } from './viewer.ts';

/**
 * Bytes that may wait to be drawn on the server's own screen for a service, which never waits: beyond it, output is left out
 * on the screen (never in the log).
 */
const MAX_SERVICE_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * Input that may wait for a program to take it, bytes: some of the largest pastes. A viewer that sends more without
 * waiting is cut off, because the memory would be ours.
 */
const MAX_UNWRITTEN_BYTES = 64 * 1024 * 1024;

/** Collaborators of a {@link Terminal}. */
export interface TerminalOptions {
  screen: TerminalScreen;
  clock: Clock;
  /**
   * True: a program that writes faster than it is looked at waits (a shell). False: it never waits, a slow viewer misses
   * output and gets the screen anew (a service, whose output is in its log in full).
   */
  mayPause: boolean;
  /**
   * Whether the screen answers what programs ask a terminal. False: a viewer is a terminal itself and answers, because
   * only it knows where its cursor is.
   */
  answers: boolean;
}

/**
 * A terminal: one screen, at most one program at a time, any number of viewers. Without a program it shows what the last
 * one left; everything that one may have switched on (mouse reports, the alternate screen) is switched off.
 */
export class Terminal implements Disposable {
  readonly screen: TerminalScreen;
  title = '';
  ended: TerminalEnd | undefined;
  private readonly viewers = new Set<Viewer>();
  private readonly changes = new Emitter<void>();
  private readonly store = new DisposableStore();
  private program: LaunchedProcess | undefined;
  private programStore: DisposableStore | undefined;
  private skipped = 0;
  private readonly gathered: GatheredOutput;
  private readonly pace: OutputPace;

  /** Title or end changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: TerminalOptions) {
    this.screen = this.store.add(options.screen);
    this.gathered = new GatheredOutput(options.clock, (data) => this.show(data));
    this.pace = new OutputPace(options.clock, this.screen, this.viewers, () => this.cutOffStuck());
    if (options.answers) this.store.add(this.screen.onDidReply((reply) => this.program?.write(reply)));
    this.store.add(
      this.screen.onDidChangeTitle((title) => {
        if (title === this.title) return;
        this.title = title;
        for (const viewer of this.viewers) viewer.tell({ type: 'title', title });
        this.changes.fire();
      }),
    );
  }

  get viewerCount(): number {
    return this.viewers.size;
  }

  /** Shows a program from now on; one before it is no longer listened to. */
  run(program: LaunchedProcess): void {
    this.leaveProgram();
    if (this.ended) this.show(Buffer.from('\r\n'));
    this.ended = undefined;
    this.title = '';
    this.program = program;
    const store = new DisposableStore();
    this.programStore = store;
    store.add(program.onDidOutput(({ data }) => this.gathered.add(data)));
    store.add(program.onDidExit((exit) => this.handleExit(exit.code, exit.signal)));
    program.resize(this.screen.cols, this.screen.rows);
    for (const viewer of this.viewers) viewer.tell({ type: 'started' });
    if (program.exit) this.handleExit(program.exit.code, program.exit.signal);
    this.changes.fire();
  }

  /** Serves a viewer until its socket closes. */
  attach(socket: TerminalSocket): void {
    const viewer = new Viewer(socket, {
      handleInput: (data) => this.handleInput(data, viewer),
      handleResize: (size) => this.resize(size.cols, size.rows, viewer),
      handleDrawn: () => this.handleDrawn(),
      handleGone: () => {
        this.viewers.delete(viewer);
        this.handleDrawn();
      },
    });
    this.viewers.add(viewer);
    this.giveScreen(viewer);
  }

  /** Sets the size for all; the program is told, and every viewer but the one it came from. */
  resize(cols: number, rows: number, from?: Viewer): void {
    if (cols === this.screen.cols && rows === this.screen.rows) return;
    this.gathered.flush();
    this.screen.resize(cols, rows);
    this.program?.resize(cols, rows);
    for (const viewer of this.viewers) if (viewer !== from) viewer.tell({ type: 'resized', cols, rows });
  }

  dispose(): void {
    this.leaveProgram();
    for (const viewer of [...this.viewers]) viewer.close(1001, 'the terminal was closed');
    this.viewers.clear();
    this.store.dispose();
    this.changes.dispose();
  }

  private handleInput(data: Uint8Array, viewer: Viewer): void {
    if (!this.program) return;
    if (this.program.unwritten > MAX_UNWRITTEN_BYTES) {
      this.viewers.delete(viewer);
      viewer.close(1009, 'the program does not take what is typed');
      return;
    }
    this.program.write(data);
  }

  private show(data: Uint8Array): void {
    if (this.screen.backlog > MAX_SERVICE_BACKLOG_BYTES && !this.options.mayPause) {
      this.skipped += data.length;
      return;
    }
    this.screen.write(data, () => this.handleDrawn());
    for (const viewer of this.viewers) {
      viewer.output(data);
      if (viewer.isFull && !this.options.mayPause) viewer.skip();
    }
    if (this.options.mayPause && this.program) this.pace.handleShown(this.program);
  }

  private handleDrawn(): void {
    for (const viewer of this.viewers) if (viewer.needsScreen) this.giveScreen(viewer);
    if (this.skipped > 0 && this.screen.backlog === 0) {
      const text = `\r\n\u001b[0m… ${this.skipped} bytes are only in the log …\r\n`;
      this.skipped = 0;
      this.show(Buffer.from(text));
    }
    this.pace.handleDrawn();
  }

  private cutOffStuck(): void {
    for (const viewer of [...this.viewers]) {
      if (!viewer.isFull) continue;
      this.viewers.delete(viewer);
      viewer.close(1013, 'nothing was drawn for too long');
    }
    this.handleDrawn();
  }

  private giveScreen(viewer: Viewer): void {
    this.gathered.flush();
    viewer.expectScreen();
    this.screen.capture((captured) => {
      if (!this.viewers.has(viewer)) return;
      viewer.begin({ type: 'state', ...captured, ...(this.ended ? { ended: this.ended } : {}) });
      if (this.title !== '') viewer.tell({ type: 'title', title: this.title });
      const { cols, rows } = this.screen;
      if (cols !== captured.cols || rows !== captured.rows) viewer.tell({ type: 'resized', cols, rows });
    });
  }

  private handleExit(code: number | null, signal: string | null): void {
    if (this.ended || !this.program) return;
    this.leaveProgram();
    this.show(Buffer.from(RESET_MODES));
    const how = signal !== null ? { signal } : { code: code ?? 0 };
    const ended: TerminalEnd = { ...how, at: this.options.clock.now() };
    this.ended = ended;
    for (const viewer of this.viewers) viewer.tell({ type: 'ended', ended });
    this.changes.fire();
  }

  private leaveProgram(): void {
    this.gathered.flush();
    this.programStore?.dispose();
    this.programStore = undefined;
    this.pace.release();
    this.program = undefined;
  }
}
