import { SerializeAddon } from '@xterm/addon-serialize';
import { Terminal } from '@xterm/headless';
import { MAX_TITLE_LENGTH, TERMINAL_SCROLLBACK_LINES } from '../../../shared/contract/terminal.ts';
import { Emitter } from '../base/event.ts';
import { UnicodeGraphemesAddon } from './graphemes.ts';
import type { CapturedScreen, Screens, TerminalScreen } from './terminalScreen.ts';

/** A title as it may be shown: control characters would let a program draw where it should not. */
export function cleanTitle(title: string): string {
  return title
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TITLE_LENGTH);
}

/** A screen in this thread. */
export class Screen implements TerminalScreen {
  private readonly terminal: Terminal;
  private readonly serializer = new SerializeAddon();
  private readonly replies = new Emitter<string>();
  private readonly titles = new Emitter<string>();
  private undrawn = 0;
  private disposed = false;

  readonly onDidReply = this.replies.event;
  readonly onDidChangeTitle = this.titles.event;

  constructor(
    public cols: number,
    public rows: number,
  ) {
    this.terminal = new Terminal({ cols, rows, scrollback: TERMINAL_SCROLLBACK_LINES, allowProposedApi: true });
    // The add-ons are written against the terminal of the window; they need nothing of it that this one does not have.
    for (const addon of [this.serializer, new UnicodeGraphemesAddon()]) {
      this.terminal.loadAddon(addon as unknown as Parameters<Terminal['loadAddon']>[0]);
    }
    this.terminal.onData((data) => this.replies.fire(data));
    this.terminal.onTitleChange((title) => this.titles.fire(cleanTitle(title)));
  }

  get backlog(): number {
    return this.undrawn;
  }

  write(data: Uint8Array, done?: () => void): void {
    if (this.disposed) return;
    this.undrawn += data.length;
    this.terminal.write(data, () => {
      this.undrawn -= data.length;
      if (!this.disposed) done?.();
    });
  }

  resize(cols: number, rows: number): void {
    this.cols = cols;
    this.rows = rows;
    // In its place among the writes: lines that were made for the old width must be broken at the old width.
    this.inOrder(() => this.terminal.resize(cols, rows));
  }

  capture(take: (captured: CapturedScreen) => void): void {
    this.inOrder(() => {
      const { cols, rows } = this.terminal;
      const { cursorX, cursorY } = this.terminal.buffer.active;
      const cursor = cursorX < cols ? { cursor: { row: cursorY + 1, col: cursorX + 1 } } : {};
      take({ screen: this.serializer.serialize(), cols, rows, ...cursor });
    });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.replies.dispose();
    this.titles.dispose();
    this.terminal.dispose();
  }

  private inOrder(run: () => void): void {
    if (this.disposed) return;
    this.terminal.write('', () => {
      if (!this.disposed) run();
    });
  }
}

/** Screens in this thread: for a server that runs from source. */
export const localScreens: Screens = {
  create: (cols, rows) => new Screen(cols, rows),
  stop: () => Promise.resolve(),
};
