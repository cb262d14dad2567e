import { Deferred } from '../base/async.ts';
import type { OpenLines } from './openLines.ts';
import { RecordBuffers } from './recordBuffers.ts';
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
  /** What was taken in and what of it waits. */
  readonly buffers = new RecordBuffers();
  private flushing: Promise<void> | undefined;
  private scheduled = false;
  /** Something came since the last write began. */
  private dirty = false;
  private drained: Deferred<void> | undefined;
  private flushWaiters: { target: number; done: Deferred<void> }[] = [];
  private isEnded = false;
  /** Set while the disk refuses; lines beyond the high-water mark are then counted instead of kept. */
  private failed = false;
  private lostLines = 0;

  constructor(
    private readonly segments: SegmentWriter,
    private readonly open: OpenLines,
    private readonly events: RecordQueueEvents,
  ) {}

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
    if (!this.failed || this.buffers.fillingBytes <= HIGH_WATER_BYTES) return false;
    this.lostLines++;
    return true;
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
    const target = this.buffers.taken;
    if (this.buffers.written >= target || this.failed) return;
    const done = new Deferred<void>();
    this.flushWaiters.push({ target, done });
    this.schedule();
    await done.promise;
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
    if (this.buffers.isFilling && !this.failed) await this.flushOnce(true);
    await this.segments.close().catch((error: unknown) => this.fail(error));
    await this.open.close();
    return this.buffers.records + this.lostLines;
  }

  /** Lets go whoever still waits. */
  release(): void {
    this.drained?.resolve();
    for (const { done } of this.flushWaiters) done.resolve();
  }

  private waitingBytes(): number {
    return this.buffers.bytes + this.open.waitingBytes();
  }

  private async flushLoop(): Promise<void> {
    for (;;) {
      await this.flushOnce(false);
      if (this.isEnded) return;
      if (!this.buffers.isFilling && !this.open.hasUnsaved()) return;
      if (this.failed) await pause(RETRY_MS);
      else if (this.waitingBytes() < WRITE_AT_ONCE_BYTES) await pause(WRITE_PAUSE_MS);
    }
  }

  private async flushOnce(everything: boolean): Promise<void> {
    this.dirty = false;
    try {
      const grown = await this.buffers.writeOut((buffer) => this.segments.write(buffer));
      const saved = await this.open.save(everything);
      if (this.failed) this.recover();
      if (grown || saved) this.events.handleGrowth();
    } catch (error) {
      this.fail(error);
    }
    this.flushWaiters = this.flushWaiters.filter(({ target, done }) => {
      if (this.buffers.written < target && !this.failed) return true;
      done.resolve();
      return false;
    });
    if (this.drained && (this.failed || this.waitingBytes() < LOW_WATER_BYTES)) {
      this.drained.resolve();
      this.drained = undefined;
    }
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
