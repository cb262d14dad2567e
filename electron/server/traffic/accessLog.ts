import type { Clock } from '../base/clock.ts';
import { type Disposable, MutableDisposable } from '../base/lifecycle.ts';
import type { AccessEntry } from './accessEntry.ts';
import { accessLine } from './accessLine.ts';
import { LineBlocks } from './lineBlocks.ts';

/** ms that requests are gathered before they are written. Short enough to follow, long enough to be one write for many. */
const GATHER_MS = 100;

/** Requests that may wait for a slow disk, half a kilobyte each. What comes beyond is counted, and the count is written. */
const MAX_WAITING = 20_000;

/** Takes the lines; what the log store's writer of a run offers. */
export interface AccessLogWriter {
  /** Has copied the bytes when it returns. */
  write(stream: 'stdout', data: Uint8Array, timeUs: number): boolean;
  whenDrained(): Promise<void>;
  note(text: string, level: 'warn'): void;
}

/** Collaborators of {@link AccessLog}. */
export interface AccessLogOptions {
  clock: Clock;
  /** Asked at the end of each request, with when it came, ms since 1970. */
  isLogged(at: number): boolean;
  /** Opens the log; asked for at the first request. */
  open(): Promise<AccessLogWriter>;
  /** Is told when it cannot be opened. */
  handleError(error: unknown): void;
}

/**
 * Writes a line for each request, after its answer has left. The line is made at once, since those of many requests made
 * together held up the ones that were under way; to disk they go together.
 */
export class AccessLog implements Disposable {
  private readonly waiting = new LineBlocks();
  private dropped = 0;
  private closed = false;
  private readonly timer = new MutableDisposable();
  private writer: AccessLogWriter | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly options: AccessLogOptions) {}

  /** Takes a request. Never blocks and never throws. */
  add(entry: AccessEntry): void {
    if (this.closed || !this.options.isLogged(entry.at)) return;
    if (this.waiting.lines >= MAX_WAITING) {
      this.dropped++;
      return;
    }
    this.waiting.add(accessLine(entry));
    if (this.writing || this.timer.value) return;
    this.timer.value = this.options.clock.setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Everything that was added has been handed to the writer when it resolves. Never rejects. */
  flush(): Promise<void> {
    this.timer.value = undefined;
    this.writing ??= this.writeOut().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** Takes no more, and writes what waits. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
    this.dispose();
  }

  dispose(): void {
    this.closed = true;
    this.timer.dispose();
  }

  private async writeOut(): Promise<void> {
    const { clock } = this.options;
    try {
      while (this.waiting.lines > 0 || this.dropped > 0) {
        this.writer ??= await this.options.open();
        const block = this.waiting.take();
        const takesMore = block === undefined || this.writer.write('stdout', block.bytes, clock.now() * 1000);
        if (block) this.waiting.giveBack(block);
        if (this.dropped > 0 && this.waiting.lines === 0) {
          this.writer.note(
            `${this.dropped} requests are missing here: they came faster than they could be written`,
            'warn',
          );
          this.dropped = 0;
        }
        if (!takesMore) await this.writer.whenDrained();
        // Requests come first.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      this.dropped += this.waiting.clear();
      this.options.handleError(error);
    }
  }
}
