import { RESET_MODES, type TerminalEnd } from '../../../shared/contract/terminal.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { type Disposable, DisposableStore } from '../base/lifecycle.ts';
import type { LaunchedProcess } from '../host/launcher.ts';
import type { TerminalScreen } from './terminalScreen.ts';
import { type TerminalSocket, Viewer } from './viewer.ts';

/** A viewer that draws nothing for so long is cut off, ms: a window that hangs must not hold up a program for ever. */
const STUCK_VIEWER_MS = 30_000;

/**
 * Bytes that wait to be drawn on the server's own screen: above `high` a shell's program has to wait, below `low` it goes
 * on. Far more than a viewer may have, so that it is viewers who set the pace; little enough to stay small in memory.
 */
const SCREEN_BACKLOG = { high: 1024 * 1024, low: 256 * 1024 } as const;

/** The same for a service, which never waits: beyond it, output is left out on the screen (never in the log). */
const MAX_SERVICE_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * Input that may wait for a program to take it, bytes: some of the largest pastes. A viewer that sends more without
 * waiting is cut off, because the memory would be ours.
 */
const MAX_UNWRITTEN_BYTES = 64 * 1024 * 1024;

/**
 * Output that comes so soon after the last that was handed over waits until this is over, ms, unless it is much: a terminal
 * hands over 4 KB at a time, and a message, a drawing and a receipt for each of them cost more than its text. The echo of a
 * key comes after a pause and does not wait.
 */
const GATHER_MS = 4;
const GATHER_BYTES = 32 * 1024;

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
  private paused = false;
  private stuckTimer: Disposable | undefined;
  private skipped = 0;
  /** Output that is handed over together. */
  private gathered: Uint8Array[] = [];
  private gatheredBytes = 0;
  private lastFlushMs = Number.NEGATIVE_INFINITY;
  private flushing: Disposable | undefined;

  /** Title or end changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: TerminalOptions) {
    this.screen = this.store.add(options.screen);
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
    store.add(program.onDidOutput(({ data }) => this.gather(data)));
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
    this.flush();
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

  private gather(data: Uint8Array): void {
    const { clock } = this.options;
    this.gathered.push(data);
    this.gatheredBytes += data.length;
    const waitMs = this.lastFlushMs + GATHER_MS - clock.monotonic();
    if (waitMs <= 0 || this.gatheredBytes >= GATHER_BYTES) this.flush();
    else this.flushing ??= clock.setTimeout(() => this.flush(), waitMs);
  }

  private flush(): void {
    this.flushing?.dispose();
    this.flushing = undefined;
    const { gathered } = this;
    if (gathered.length === 0) return;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.lastFlushMs = this.options.clock.monotonic();
    this.show(gathered.length === 1 ? (gathered[0] as Uint8Array) : Buffer.concat(gathered));
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
    this.pauseWhenFull();
  }

  private pauseWhenFull(): void {
    if (this.paused || !this.options.mayPause || !this.program) return;
    const isFull = this.screen.backlog > SCREEN_BACKLOG.high || [...this.viewers].some((viewer) => viewer.isFull);
    if (!isFull) return;
    this.paused = true;
    this.program.pause();
    this.stuckTimer?.dispose();
    this.stuckTimer = this.options.clock.setTimeout(() => this.cutOffStuck(), STUCK_VIEWER_MS);
  }

  private handleDrawn(): void {
    for (const viewer of this.viewers) if (viewer.needsScreen) this.giveScreen(viewer);
    if (this.skipped > 0 && this.screen.backlog === 0) {
      const text = `\r\n\u001b[0m… ${this.skipped} bytes are only in the log …\r\n`;
      this.skipped = 0;
      this.show(Buffer.from(text));
    }
    if (!this.paused) return;
    if (this.screen.backlog > SCREEN_BACKLOG.low || [...this.viewers].some((viewer) => !viewer.hasRoom)) return;
    this.paused = false;
    this.stuckTimer?.dispose();
    this.program?.resume();
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
    this.flush();
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
    this.flush();
    this.programStore?.dispose();
    this.programStore = undefined;
    if (this.paused) this.program?.resume();
    this.paused = false;
    this.stuckTimer?.dispose();
    this.program = undefined;
  }
}
