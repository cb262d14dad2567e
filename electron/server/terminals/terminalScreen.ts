import type { TerminalCursor } from '../../../shared/contract/terminal.ts';
import type { Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';

/** A screen at one moment: escape codes that draw it, and the size that they are meant for. */
export interface CapturedScreen {
  screen: string;
  cols: number;
  rows: number;
  /** See {@link TerminalState}. */
  cursor?: TerminalCursor;
}

/**
 * The screen of a terminal as the server keeps it, so that a viewer that comes later, or again, sees what was there. It
 * also answers what programs ask a terminal (what are you, where is the cursor), whether anybody looks or not; viewers
 * leave those questions alone, or there would be two answers.
 */
export interface TerminalScreen extends Disposable {
  /** An answer that has to reach the program. */
  readonly onDidReply: Event<string>;
  readonly onDidChangeTitle: Event<string>;
  readonly cols: number;
  readonly rows: number;
  /** Bytes that were written and are not drawn yet. */
  readonly backlog: number;
  /** Draws bytes; `done` is called when they are drawn. */
  write(data: Uint8Array, done?: () => void): void;
  /** Another size, for what is written from now on. */
  resize(cols: number, rows: number): void;
  /** Calls `take` with the screen as it is when all that was written before this call is drawn. */
  capture(take: (captured: CapturedScreen) => void): void;
}

/** Makes screens. */
export interface Screens {
  create(cols: number, rows: number): TerminalScreen;
  /** Lets go of what it runs on; screens that are left draw nothing any more. */
  stop(): Promise<void>;
}
