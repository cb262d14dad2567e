import { coloursAfter } from './coloursAfter.ts';
import { type OutputShape, PlainOutput } from './plainOutput.ts';

/**
 * Between two pieces of a flood of plain text, ms. What comes meanwhile pushes most of what waits out of sight, so that it
 * is never drawn; half as long would draw twice as much, and twice as long would leave a busy screen stale for longer.
 */
const REST_MS = 50;

/** Plain text that is drawn before the first rest, and between two, bytes. */
const BYTES_PER_REST = 32 * 1024;

/** With so much waiting there is no rest, bytes: lines are so long that few of them fall out of sight. */
const MAX_RESTING_BYTES = 1024 * 1024;

/** The part of a terminal that draws. */
export interface DrawnOn {
  write(data: Uint8Array, done: () => void): void;
  /** Lines after which everything before them is out of sight, the screen's own included; 0 while that is not sure. */
  keptLines(): number;
}

interface Piece extends OutputShape {
  data: Uint8Array;
  /** Bytes that {@link ScreenQueue.waitingBytes} counts for it. */
  bytes: number;
  done: () => void;
}

interface Errand {
  run: () => void;
}

/**
 * What waits to be drawn on a screen that nobody has to see at once. Plain text that is followed by more lines than the screen
 * keeps leaves no trace but its colours: it is left out, which in a flood is nearly all of it. Drawing it would cost more
 * than everything else that the server does for a terminal.
 */
export class ScreenQueue {
  waitingBytes = 0;
  private readonly waiting: (Piece | Errand)[] = [];
  private readonly scanner = new PlainOutput();
  private errands = 0;
  private drawing = false;
  private lastWriteMs = Number.NEGATIVE_INFINITY;
  /** When the present stretch of drawing began, and how much was drawn in it. */
  private windowMs = Number.NEGATIVE_INFINITY;
  private drawnBytes = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(private readonly on: DrawnOn) {}

  /** Draws bytes; `done` is called when they are drawn or out of sight. */
  write(data: Uint8Array, done: () => void): void {
    if (this.disposed) return;
    this.waitingBytes += data.length;
    this.waiting.push({ ...this.scanner.scan(data), data, bytes: data.length, done });
    this.lastWriteMs = performance.now();
    this.pump();
  }

  /** Does something once everything written before is drawn, without rest. */
  then(run: () => void): void {
    if (this.disposed) return;
    this.errands++;
    this.waiting.push({ run });
    this.pump();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.length = 0;
  }

  private pump(): void {
    while (!this.drawing && !this.disposed) {
      this.leaveOut();
      const [next] = this.waiting;
      if (!next) return;
      if (this.rests()) return;
      this.waiting.shift();
      if ('run' in next) {
        this.errands--;
        next.run();
      } else this.draw(next);
    }
  }

  private draw(piece: Piece): void {
    this.drawing = true;
    const nowMs = performance.now();
    if (nowMs - this.windowMs >= REST_MS) {
      this.windowMs = nowMs;
      this.drawnBytes = 0;
    }
    this.drawnBytes += piece.data.length;
    this.on.write(piece.data, () => {
      this.drawing = false;
      this.waitingBytes -= piece.bytes;
      if (this.disposed) return;
      piece.done();
      this.pump();
    });
  }

  /** A flood of plain text is let grow for a moment; what comes after a pause never waits. */
  private rests(): boolean {
    const nowMs = performance.now();
    const leftMs = this.windowMs + REST_MS - nowMs;
    if (leftMs <= 0 || this.drawnBytes < BYTES_PER_REST || nowMs - this.lastWriteMs >= REST_MS) return false;
    if (this.errands > 0 || this.waitingBytes > MAX_RESTING_BYTES || !this.waiting.every(isPlain)) return false;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, leftMs);
    return true;
  }

  /** Leaves out the oldest plain pieces as far as enough lines follow in the plain ones after them. */
  private leaveOut(): void {
    const keptLines = this.on.keptLines();
    if (keptLines === 0) return;
    const end = this.waiting.findIndex((each) => !isPlain(each));
    const plain = (end < 0 ? this.waiting : this.waiting.slice(0, end)) as Piece[];
    let linesAfter = plain.reduce((sum, { lines }) => sum + lines, 0);
    // The first piece that stays, from its first line end on.
    let first = 0;
    for (const [index, piece] of plain.entries()) {
      if (linesAfter < keptLines) break;
      if (piece.firstCut >= 0 && linesAfter - piece.cutLines >= keptLines) first = index;
      linesAfter -= piece.lines;
    }
    const stays = plain[first];
    if (first === 0 || !stays) return;
    const gone = plain.slice(0, first);
    const cut = stays.data.subarray(0, stays.firstCut);
    const colours = coloursAfter(Buffer.concat([...gone.map(({ data }) => data), cut]));
    if (colours === undefined) return;
    this.waiting.splice(0, first);
    stays.data = Buffer.concat([Buffer.from(colours, 'latin1'), stays.data.subarray(stays.firstCut)]);
    stays.lines -= stays.cutLines;
    stays.firstCut = -1;
    for (const { bytes, done } of gone) {
      this.waitingBytes -= bytes;
      done();
    }
  }
}

function isPlain(each: Piece | Errand | undefined): each is Piece {
  return each !== undefined && 'isPlain' in each && each.isPlain;
}
