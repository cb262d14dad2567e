import { SerializeAddon } from '@xterm/addon-serialize';
import { Terminal } from '@xterm/headless';
import { MAX_TITLE_LENGTH, TERMINAL_SCROLLBACK_LINES } from '../../../shared/contract/terminal.ts';
import { Emitter } from '../base/event.ts';
import { UnicodeGraphemesAddon } from './graphemes.ts';
import { ScreenQueue } from './screenQueue.ts';
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
  private readonly queue: ScreenQueue;
  /** Buffers (normal, alternate) in which a program has set a part of the screen that scrolls by itself. */
  private readonly partlyScrolling = new Set<string>();
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
    this.queue = new ScreenQueue({
      write: (data, done) => this.terminal.write(data, done),
      keptLines: () => (this.partlyScrolling.size > 0 ? 0 : TERMINAL_SCROLLBACK_LINES + this.terminal.rows),
    });
    this.terminal.parser.registerCsiHandler({ final: 'r' }, ([top, bottom]) => this.noteScrollRegion(top, bottom));
    this.terminal.onData((data) => this.replies.fire(data));
    this.terminal.onTitleChange((title) => this.titles.fire(cleanTitle(title)));
  }

  get backlog(): number {
    return this.queue.waitingBytes;
  }

  write(data: Uint8Array, done?: () => void): void {
    this.queue.write(data, () => done?.());
  }

  resize(cols: number, rows: number): void {
    this.cols = cols;
    this.rows = rows;
    // In its place among the writes: lines that were made for the old width must be broken at the old width.
    this.queue.then(() => this.terminal.resize(cols, rows));
  }

  capture(take: (captured: CapturedScreen) => void): void {
    this.queue.then(() => {
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
    this.queue.dispose();
    this.terminal.dispose();
  }

  private noteScrollRegion(top: number | number[] | undefined, bottom: number | number[] | undefined): boolean {
    const { rows, buffer } = this.terminal;
    const isWhole = (Number(top) || 1) <= 1 && (Number(bottom) || rows) >= rows;
    if (isWhole) this.partlyScrolling.delete(buffer.active.type);
    else this.partlyScrolling.add(buffer.active.type);
    // xterm.js itself does what it says.
    return false;
  }
}

/** Screens in this thread: for a server that runs from source. */
export const localScreens: Screens = {
  create: (cols, rows) => new Screen(cols, rows),
  stop: () => Promise.resolve(),
};
