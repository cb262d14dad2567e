import {
  detectLevel,
  LEVEL_SEARCH_CHARS,
  LEVEL_SEARCH_JSON_CHARS,
  levelNumber,
} from '../../../shared/lib/logLevels.ts';
import { Deferred } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { errorText } from '../base/logger.ts';
import { FrameBuffer, RECENT_RECORDS } from './frameBuffer.ts';
import { type LineSink, LineSplitter, type OpenLine } from './lineSplitter.ts';
import { FrameFlag, STREAMS } from './logFrame.ts';
import { MAX_LINE_BYTES } from './logSettings.ts';
import type { LogStream, RunEnd, RunLogWriter } from './logStore.ts';
import { OpenLines, type PartialLine } from './openLines.ts';
import { SegmentWriter } from './segmentWriter.ts';

/** Above so many unwritten bytes the source is asked to pause: some ten milliseconds of a slow disk. */
const HIGH_WATER_BYTES = 2 * 1024 * 1024;
/** Below so many it may go on. */
const LOW_WATER_BYTES = 512 * 1024;

/**
 * Pause between two writes of one run while little waits, ms. A program that prints a line at a time then costs at most
 * 250 writes a second; what a kill of the server can take is bounded by it.
 */
const WRITE_PAUSE_MS = 4;
/** With so many bytes waiting the pause is skipped. */
const WRITE_AT_ONCE_BYTES = 128 * 1024;

/** Wait before a failed write is tried again, ms. */
const RETRY_MS = 1000;

/** Bytes kept in memory of each line of {@link RunLog.lastLines}. */
const MEMORY_LINE_BYTES = 4096;

const MICRO = STREAMS.indexOf('micro');

/** What a {@link RunLog} needs from its store. */
export interface RunLogHost {
  clock: Clock;
  logger: Logger;
  /** Output of this time is being taken in; returns the time it gets, which is not before that of any earlier output. */
  handleArrival(log: RunLog, timeUs: number): number;
  /** New records are on disk, or an unfinished line changed. */
  handleGrowth(log: RunLog): void;
  handleSegmentFinished(log: RunLog): void;
  /** Remembers facts of the run; resolves when they are on disk. */
  handleFacts(log: RunLog, facts: { pid?: number; readyAt?: number } | RunEnd): Promise<void>;
  handleEnd(log: RunLog): void;
}

/** The log of one run while it is written. */
export class RunLog implements RunLogWriter {
  private readonly open: OpenLines;
  private readonly segments: SegmentWriter;
  /** Two buffers change places: one fills while the other is written. */
  private filling = new FrameBuffer();
  private writing = new FrameBuffer();
  private lines = 0;
  private lastUs: number;
  private flushing: Promise<void> | undefined;
  private scheduled = false;
  /** Something came since the last write began. */
  private dirty = false;
  private drained: Deferred<void> | undefined;
  /** Records taken in, and written, since the beginning. */
  private taken = 0;
  private written = 0;
  private flushWaiters: { target: number; done: Deferred<void> }[] = [];
  private ended: Promise<void> | undefined;
  /** Set while the disk refuses; lines beyond the high-water mark are then counted instead of kept. */
  private failed = false;
  private lostLines = 0;
  /** The last lines that are on disk; the ones after them are in the buffers. */
  private writtenLines: Uint8Array[] = [];

  constructor(
    readonly service: string,
    readonly run: number,
    startedAtMs: number,
    private readonly folder: string,
    private readonly host: RunLogHost,
    private readonly limits: { maxLineBytes: number; segmentBytes?: number } = { maxLineBytes: MAX_LINE_BYTES },
  ) {
    this.baseUs = Math.max(0, Math.floor(startedAtMs * 1000));
    this.lastUs = this.baseUs;
    this.open = new OpenLines(folder, run, host.clock, (stream) => this.splitterOf(stream));
    this.segments = new SegmentWriter(
      folder,
      run,
      this.baseUs,
      () => host.handleSegmentFinished(this),
      limits.segmentBytes,
    );
  }

  private readonly baseUs: number;

  /** Time of the oldest record that is not on disk yet; Infinity when all are. Readers merge services up to it. */
  get oldestUnwrittenUs(): number {
    if (this.writing.records > 0) return this.writing.firstUs;
    return this.filling.records > 0 ? this.filling.firstUs : Number.POSITIVE_INFINITY;
  }

  write(stream: LogStream, data: Uint8Array, timeUs: number): boolean {
    if (this.ended) return true;
    this.lastUs = this.host.handleArrival(this, Math.max(this.lastUs, timeUs));
    this.open.splitter(stream).push(data, this.lastUs);
    this.schedule();
    return this.failed || this.waitingBytes() < HIGH_WATER_BYTES;
  }

  async whenDrained(): Promise<void> {
    if (this.failed || this.ended || this.waitingBytes() < LOW_WATER_BYTES) return;
    this.drained ??= new Deferred<void>();
    return this.drained.promise;
  }

  note(text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    if (this.ended) return;
    this.addNote(text, level);
    this.schedule();
  }

  update(facts: { pid?: number; readyAt?: number }): void {
    void this.host.handleFacts(this, facts);
  }

  end(end: RunEnd): Promise<void> {
    this.ended ??= this.finish(end);
    return this.ended;
  }

  /** Every whole line taken in so far is on disk when it resolves (or cannot be written for now). */
  async flush(): Promise<void> {
    if (this.ended) return this.ended;
    const target = this.taken;
    if (this.written >= target || this.failed) return;
    const done = new Deferred<void>();
    this.flushWaiters.push({ target, done });
    this.schedule();
    await done.promise;
  }

  /** Lines that have not ended, as bytes. */
  partials(): PartialLine[] {
    return this.open.partials();
  }

  /** The last lines, unfinished ones included. */
  lastLines(count: number): string[] {
    const lines = [
      ...this.writtenLines,
      ...this.writing.lastTexts(MEMORY_LINE_BYTES),
      ...this.filling.lastTexts(MEMORY_LINE_BYTES),
    ];
    lines.push(...this.open.heads(MEMORY_LINE_BYTES));
    return lines.slice(-count).map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  }

  private splitterOf(stream: LogStream): LineSplitter {
    const number = STREAMS.indexOf(stream);
    const sink: LineSink = {
      nextLine: () => ++this.lines,
      handleLine: (line, chunk, start, end, timeUs) => this.addLine(number, 0, line, chunk, start, end, timeUs, 0),
      handleOpenLine: (open, timeUs, whole) => this.addOpenLine(stream, number, open, timeUs, whole),
    };
    return new LineSplitter(sink, this.limits.maxLineBytes);
  }

  private addOpenLine(stream: LogStream, number: number, open: OpenLine, timeUs: number, whole: boolean): void {
    const cut = open.bytes > open.headBytes;
    const flags = (cut ? FrameFlag.cut : 0) | (whole ? 0 : FrameFlag.unended);
    const kept = this.addLine(number, flags, open.line, open.head, 0, open.headBytes, timeUs, open.bytes);
    if (cut && kept) this.open.handleEndedLong(stream, open);
  }

  /** False: the line was counted as lost. */
  private addLine(
    stream: number,
    ownFlags: number,
    line: number,
    source: Uint8Array,
    start: number,
    end: number,
    timeUs: number,
    trueBytes: number,
  ): boolean {
    if (this.failed && this.filling.length > HIGH_WATER_BYTES) {
      this.lostLines++;
      return false;
    }
    const headBytes = source[start] === 123 ? LEVEL_SEARCH_JSON_CHARS : LEVEL_SEARCH_CHARS;
    const level = detectLevel(latin1(source, start, Math.min(end, start + headBytes)));
    if (this.filling.records === 0) this.filling.firstUs = timeUs;
    this.taken++;
    this.filling.add(stream, ownFlags, level, timeUs - this.baseUs, line, source, start, end, trueBytes);
    return true;
  }

  /** What is written without a chunk of output (remarks, a last line without its end) happens now. */
  private touch(): void {
    this.lastUs = this.host.handleArrival(this, Math.max(this.lastUs, this.host.clock.now() * 1000));
  }

  private addNote(text: string, level: 'info' | 'warn' | 'error'): void {
    this.lastUs = this.host.handleArrival(this, Math.max(this.lastUs, this.host.clock.now() * 1000));
    const bytes = Buffer.from(text.replace(/\s*[\r\n]+\s*/g, ' '), 'utf8');
    if (this.filling.records === 0) this.filling.firstUs = this.lastUs;
    this.taken++;
    this.filling.add(MICRO, 0, levelNumber(level), this.lastUs - this.baseUs, ++this.lines, bytes, 0, bytes.length, 0);
  }

  private waitingBytes(): number {
    return this.filling.length + this.writing.length + this.open.waitingBytes();
  }

  private schedule(): void {
    this.dirty = true;
    if (this.scheduled || this.flushing) return;
    this.scheduled = true;
    // After this turn of the event loop: chunks that came together are written together.
    setImmediate(() => {
      this.scheduled = false;
      // The end writes what is left itself; two writers at once would mix their files.
      if (this.ended) return;
      this.flushing ??= this.flushLoop().finally(() => {
        this.flushing = undefined;
        // Output may have come between the last look of the loop and now.
        if (this.dirty && !this.ended) this.schedule();
      });
    });
  }

  private async flushLoop(): Promise<void> {
    for (;;) {
      await this.flushOnce(false);
      if (this.ended) return;
      if (this.filling.records === 0 && !this.open.hasUnsaved()) return;
      if (this.failed) await this.pause(RETRY_MS);
      else if (this.waitingBytes() < WRITE_AT_ONCE_BYTES) await this.pause(WRITE_PAUSE_MS);
    }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, delayMs);
    });
  }

  private async flushOnce(everything: boolean): Promise<void> {
    this.dirty = false;
    try {
      const grown = await this.writeRecords();
      const saved = await this.open.save(everything);
      if (this.failed) this.handleRecovered();
      if (grown || saved) this.host.handleGrowth(this);
    } catch (error) {
      this.handleWriteError(error);
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

  private handleWriteError(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.host.logger.error(`the log of ${this.service} cannot be written: ${errorText(error)}`, {
      service: this.service,
      run: this.run,
    });
  }

  private handleRecovered(): void {
    this.failed = false;
    const lost = this.lostLines;
    this.lostLines = 0;
    this.addNote(
      lost > 0
        ? `${lost} lines are missing here: the log could not be written for a while`
        : 'the log could not be written for a while; nothing is missing',
      'warn',
    );
    this.host.logger.info(`the log of ${this.service} is written again`, { service: this.service, lostLines: lost });
  }

  private async finish(end: RunEnd): Promise<void> {
    this.touch();
    this.open.end(this.lastUs);
    await this.flushing;
    await this.flushOnce(true);
    // Notes of a recovery may have come meanwhile.
    if (this.filling.records > 0 && !this.failed) await this.flushOnce(true);
    await this.segments.close().catch((error: unknown) => this.handleWriteError(error));
    await this.open.close();
    await this.host.handleFacts(this, end);
    this.drained?.resolve();
    for (const { done } of this.flushWaiters) done.resolve();
    this.host.handleEnd(this);
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.isBuffer(bytes)
    ? bytes.toString('latin1', start, end)
    : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
