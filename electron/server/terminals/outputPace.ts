import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { LaunchedProcess } from '../host/launcher.ts';
import type { TerminalScreen } from './terminalScreen.ts';
import type { Viewer } from './viewer.ts';

/** A viewer that draws nothing for so long is cut off, ms: a window that hangs must not hold up a program for ever. */
const STUCK_VIEWER_MS = 30_000;

/**
 * Bytes that wait to be drawn on the server's own screen: above `high` a shell's program has to wait, below `low` it goes
 * on. Far more than a viewer may have, so that it is viewers who set the pace, and more than the screen lets wait on purpose
 * ({@link ScreenQueue}); little enough to stay small in memory.
 */
const SCREEN_BACKLOG = { high: 3 * 1024 * 1024, low: 1536 * 1024 } as const;

/** Lets a program wait while its screen or one of its viewers has more output than it can draw. */
export class OutputPace {
  private program: LaunchedProcess | undefined;
  private stuckTimer: Disposable | undefined;

  /** `cutOffStuck` is called when nothing was drawn for too long. */
  constructor(
    private readonly clock: Clock,
    private readonly screen: TerminalScreen,
    private readonly viewers: ReadonlySet<Viewer>,
    private readonly cutOffStuck: () => void,
  ) {}

  /** Pauses the program when something is full. */
  handleShown(program: LaunchedProcess): void {
    if (this.program) return;
    const isFull = this.screen.backlog > SCREEN_BACKLOG.high || [...this.viewers].some((viewer) => viewer.isFull);
    if (!isFull) return;
    this.program = program;
    program.pause();
    this.stuckTimer?.dispose();
    this.stuckTimer = this.clock.setTimeout(this.cutOffStuck, STUCK_VIEWER_MS);
  }

  /** Lets the program go on when everything has room again. */
  handleDrawn(): void {
    if (!this.program) return;
    if (this.screen.backlog > SCREEN_BACKLOG.low || [...this.viewers].some((viewer) => !viewer.hasRoom)) return;
    this.release();
  }

  /** Lets the program go on, whatever waits. */
  release(): void {
    this.stuckTimer?.dispose();
    this.stuckTimer = undefined;
    this.program?.resume();
    this.program = undefined;
  }
}
