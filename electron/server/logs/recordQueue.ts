import { Deferred } from '../base/async.ts';
import { FrameBuffer, RECENT_RECORDS } from './frameBuffer.ts';
import type { OpenLines } from './openLines.ts';
import type { SegmentWriter } from './segmentWriter.ts';

/**
 * Above so many unwritten bytes the source is asked to pause; what comes meanwhile waits in its pipe. Some milliseconds of a
 * slow disk, and little enough that the buffers of several floods fit into a processor's cache; more would take longer
 * pauses of a disk without a pause of the source, for more memory.
 */
const HIGH_WATER_BYTES = 512 * 1024;
/** Below so many it may go on. */
const LOW_WATER_BYTES = 128 * 1024;

/**
 * Pause between two writes of one run while little waits, ms. A program that prints a line at a time then costs at most
 * 250 writes a second; what a kill of the server can take is bounded by it.
 */
const WRITE_PAUSE_MS = 4;
/** With so many bytes waiting the pause is skipped. */
const WRITE_AT_ONCE_BYTES = 128 * 1024;

/** Wait before a failed write is tried again, ms. */
const RETRY_MS = 1000;

/** Bytes kept in memory of each of the last lines. */
export const MEMORY_LINE_BYTES = 4096;

/** What a {@link RecordQueue} tells its run. */
export interface RecordQueueEvents {
  /** New records are on disk, or an unfinished line changed. */
  handleGrowth(): void;
  /** The disk refuses; said once, until it takes something again. */
  handleWriteError(error: unknown): void;
  /** The disk takes what it is given again; so many lines had to be left out. */
  handleRecovered(lostLines: number): void;
}

/** The records of one run on their way to disk: a bounded number waits in memory, and everything is written in order. */
export class RecordQueue {
  /** Two buffers change places: one fills while the other is written. */
  private filling = new FrameBuffer();
  private writing = new FrameBuffer();
  private flushing: Promise<void> | undefined;
  private scheduled = false;
  /** Something came since the last write began. */
  private dirty = false;
  private drained: Deferred<void> | undefined;
  /** Records taken in, and written, since the beginning. */
  private taken = 0;
  private written = 0;
  private flushWaiters: { target: number; done: Deferred<void> }[] = [];
  private isEnded = false;
  /** Set while the disk refuses; lines beyond the high-water mark are then counted instead of kept. */
  private failed = false;
  private lostLines = 0;
  /** The last lines that are on disk; the ones after them are in the buffers. */
  private writtenLines: Uint8Array[] = [];

  constructor(
    private readonly segments: SegmentWriter,
    private readonly open: OpenLines,
    private readonly events: RecordQueueEvents,
  ) {}

  /** Time of the oldest record that is not on disk yet; Infinity when all are. */
  get oldestUnwrittenUs(): number {
    if (this.writing.records > 0) return this.writing.firstUs;
    return this.filling.records > 0 ? this.filling.firstUs : Number.POSITIVE_INFINITY;
  }

  /** False: the source should pause until {@link whenDrained} resolves. */
  get hasRoom(): boolean {
    return this.failed || this.waitingBytes() < HIGH_WATER_BYTES;
  }

  /** The disk refuses for now: each line is asked about with {@link losesLine}. */
  get isFailing(): boolean {
    return this.failed;
  }

  /** Whether a line has to be left out because the disk refuses; it is counted. */
  losesLine(): boolean {
    if (!this.failed || this.filling.length <= HIGH_WATER_BYTES) return false;
    this.lostLines++;
    return true;
  }

  /** Takes a record of the time `timeUs`, which is `relativeUs` after the run's base; see {@link FrameBuffer.add}. */
  add(
    timeUs: number,
    stream: number,
    ownFlags: number,
    level: number,
    relativeUs: number,
    line: number,
    source: Uint8Array,
    start: number,
    end: number,
    trueBytes: number,
  ): void {
    if (this.filling.records === 0) this.filling.firstUs = timeUs;
    this.taken++;
    this.filling.add(stream, ownFlags, level, relativeUs, line, source, start, end, trueBytes);
  }

  /** Takes the lines of a chunk; see {@link FrameBuffer.addLines}. Returns how many there were. */
  addLines(
    timeUs: number,
    stream: number,
    relativeUs: number,
    line: number,
    chunk: Uint8Array,
    start: number,
    end: number,
  ): number {
    if (this.filling.records === 0) this.filling.firstUs = timeUs;
    const lines = this.filling.addLines(stream, relativeUs, line, chunk, start, end);
    this.taken += lines;
    return lines;
  }

  /** Writes what there is, soon. */
  schedule(): void {
    this.dirty = true;
    if (this.scheduled || this.flushing) return;
    this.scheduled = true;
    // After this turn of the event loop: chunks that came together are written together.
    setImmediate(() => {
      this.scheduled = false;
      // The end writes what is left itself; two writers at once would mix their files.
      if (this.isEnded) return;
      this.flushing ??= this.flushLoop().finally(() => {
        this.flushing = undefined;
        // Output may have come between the last look of the loop and now.
        if (this.dirty && !this.isEnded) this.schedule();
      });
    });
  }

  async whenDrained(): Promise<void> {
    if (this.failed || this.isEnded || this.waitingBytes() < LOW_WATER_BYTES) return;
    this.drained ??= new Deferred<void>();
    return this.drained.promise;
  }

  /** Every record taken in so far is on disk when it resolves (or cannot be written for now). */
  async flush(): Promise<void> {
    const target = this.taken;
    if (this.written >= target || this.failed) return;
    const done = new Deferred<void>();
    this.flushWaiters.push({ target, done });
    this.schedule();
    await done.promise;
  }

  /** The last lines of output, oldest first, each cut to {@link MEMORY_LINE_BYTES}. */
  lastTexts(): Uint8Array[] {
    const waiting = [...this.writing.lastTexts(MEMORY_LINE_BYTES), ...this.filling.lastTexts(MEMORY_LINE_BYTES)];
    return [...this.writtenLines, ...waiting];
  }

  /** Nothing is written by itself any more: {@link finish} does it. */
  close(): void {
    this.isEnded = true;
  }

  /** Writes everything that is left and closes the files. Resolves with how many lines at most could not be written. */
  async finish(): Promise<number> {
    await this.flushing;
    await this.flushOnce(true);
    // Notes of a recovery may have come meanwhile.
    if (this.filling.records > 0 && !this.failed) await this.flushOnce(true);
    await this.segments.close().catch((error: unknown) => this.fail(error));
    await this.open.close();
    return this.writing.records + this.filling.records + this.lostLines;
  }

  /** Lets go whoever still waits. */
  release(): void {
    this.drained?.resolve();
    for (const { done } of this.flushWaiters) done.resolve();
  }

  private waitingBytes(): number {
    return this.filling.length + this.writing.length + this.open.waitingBytes();
  }

  private async flushLoop(): Promise<void> {
    for (;;) {
      await this.flushOnce(false);
      if (this.isEnded) return;
      if (this.filling.records === 0 && !this.open.hasUnsaved()) return;
      if (this.failed) await pause(RETRY_MS);
      else if (this.waitingBytes() < WRITE_AT_ONCE_BYTES) await pause(WRITE_PAUSE_MS);
    }
  }

  private async flushOnce(everything: boolean): Promise<void> {
    this.dirty = false;
    try {
      const grown = await this.writeRecords();
      const saved = await this.open.save(everything);
      if (this.failed) this.recover();
      if (grown || saved) this.events.handleGrowth();
    } catch (error) {
      this.fail(error);
    }
    this.flushWaiters = this.flushWaiters.filter(({ target, done }) => {
      if (this.written < target && !this.failed) return true;
      done.resolve();
      return false;
    });
    if (this.drained && (this.failed || this.waitingBytes() < LOW_WATER_BYTES)) {
      this.drained.resolve();
      this.drained = undefined;
    }
  }

  private async writeRecords(): Promise<boolean> {
    // A buffer that could not be written comes first again.
    if (this.writing.records === 0) [this.writing, this.filling] = [this.filling, this.writing];
    if (this.writing.records === 0) return false;
    await this.segments.write(this.writing);
    this.written += this.writing.records;
    this.writtenLines = [...this.writtenLines, ...this.writing.lastTexts(MEMORY_LINE_BYTES)].slice(-RECENT_RECORDS);
    this.writing.clear();
    return true;
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.events.handleWriteError(error);
  }

  private recover(): void {
    this.failed = false;
    const lost = this.lostLines;
    this.lostLines = 0;
    this.events.handleRecovered(lost);
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
