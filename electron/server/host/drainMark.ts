import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';

/**
 * Finds the end of what was written to a terminal before a moment: a mark is written behind it, and the terminal hands
 * over in order. Silence is no such proof, since the kernel passes output on when it finds the time.
 *
 * The mark is taken out of the output. It is an escape sequence that terminals ignore (OSC), in case a survivor writes
 * into the middle of it; then it is never seen, and whoever waits has a limit of its own.
 */
export class DrainMark {
  /** What is written: no other program prints it. */
  readonly text = `\x1b]6061;${randomBytes(12).toString('hex')}\x07`;
  private written = 0;
  private pending = '';
  private found = false;

  /** Everything that was written before the mark has been read. */
  get isSeen(): boolean {
    return this.found;
  }

  /**
   * Writes the mark to the terminal's slave side, which must not block, or as much of it as there is room for: call again
   * for the rest until {@link isSeen}. Throws what the system says otherwise.
   */
  write(slave: number): void {
    if (this.written === this.text.length) return;
    try {
      // Into memory, and it never waits; in the thread pool it could run when the number is another file's.
      // eslint-disable-next-line no-restricted-syntax -- see above
      this.written += writeSync(slave, this.text.slice(this.written), null, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }

  /** Takes output (latin1) as it comes; returns what of it is a program's. Holds back what may be the begin of the mark. */
  take(text: string): string {
    if (this.found) return text;
    const all = this.pending + text;
    const at = all.indexOf(this.text);
    if (at >= 0) {
      this.found = true;
      this.pending = '';
      return all.slice(0, at) + all.slice(at + this.text.length);
    }
    const held = beginAtEnd(all, this.text);
    this.pending = all.slice(all.length - held);
    return all.slice(0, all.length - held);
  }

  /** What was held back, where the mark did not come. */
  rest(): string {
    const { pending } = this;
    this.pending = '';
    return pending;
  }
}

/** How many characters at the end of `text` are the begin of `mark`. */
function beginAtEnd(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}
