import { levelNumber } from '../../../shared/lib/logLevels.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { errorText } from '../base/logger.ts';
import { levelOfLine } from './lineLevel.ts';
import { type LineSink, LineSplitter, type OpenLine } from './lineSplitter.ts';
import { FrameFlag, STREAMS } from './logFrame.ts';
import { MAX_LINE_BYTES } from './logSettings.ts';
import type { LogStream, RunEnd, RunLogWriter } from './logStore.ts';
import { OpenLines, type PartialLine } from './openLines.ts';
import { MEMORY_LINE_BYTES } from './recordBuffers.ts';
import { RecordQueue } from './recordQueue.ts';
import { type SegmentEvents, SegmentWriter } from './segmentWriter.ts';

const MICRO = STREAMS.indexOf('micro');

/** What a {@link RunLog} needs from its store. */
export interface RunLogHost {
  clock: Clock;
  logger: Logger;
  /**
   * Output of this time is being taken in; returns the time it gets, which is neither before `leastUs` nor before that of any
   * earlier output.
   */
  handleArrival(log: RunLog, timeUs: number, leastUs: number): number;
  /** New records are on disk, or an unfinished line changed. */
  handleGrowth(log: RunLog): void;
  handleSegmentFinished(log: RunLog): void;
  /** Remembers facts of the run; resolves when they are on disk. */
  handleFacts(log: RunLog, facts: { startedAt?: number; pid?: number; readyAt?: number } | RunEnd): Promise<void>;
  /** Lines at the end of the run could not be written; `text` says it, and the next run is to begin with it. */
  handleLost(log: RunLog, text: string): Promise<void>;
  handleEnd(log: RunLog): void;
}

/** The log of one run while it is written. */
export class RunLog implements RunLogWriter {
  private readonly open: OpenLines;
  private readonly queue: RecordQueue;
  private readonly baseUs: number;
  private lines = 0;
  private lastUs: number;
  private ended: Promise<void> | undefined;

  constructor(
    readonly service: string,
    readonly run: number,
    startedAtMs: number,
    folder: string,
    private readonly host: RunLogHost,
    private readonly limits: { maxLineBytes: number; segmentBytes?: number } = { maxLineBytes: MAX_LINE_BYTES },
  ) {
    this.baseUs = Math.max(0, Math.floor(startedAtMs * 1000));
    this.lastUs = this.baseUs;
    this.open = new OpenLines(folder, run, host.clock, (stream) => this.splitterOf(stream));
    const events: SegmentEvents = {
      handleFinished: () => host.handleSegmentFinished(this),
      handleDeleted: () => this.addNote('the files of this log were deleted; it goes on here', 'warn'),
    };
    const segments = new SegmentWriter(folder, run, this.baseUs, events, limits.segmentBytes);
    this.queue = new RecordQueue(segments, this.open, {
      handleGrowth: () => host.handleGrowth(this),
      handleWriteError: (error) => this.handleWriteError(error),
      handleRecovered: (lostLines) => this.handleRecovered(lostLines),
    });
  }

  /** Time of the oldest record that is not on disk yet; Infinity when all are. Readers merge services up to it. */
  get oldestUnwrittenUs(): number {
    return this.queue.buffers.oldestUnwrittenUs;
  }

  write(stream: LogStream, data: Uint8Array, timeUs: number): boolean {
    if (this.ended) return true;
    this.lastUs = this.host.handleArrival(this, timeUs, this.baseUs);
    this.open.splitter(stream).push(data, this.lastUs);
    this.queue.schedule();
    return this.queue.hasRoom;
  }

  whenDrained(): Promise<void> {
    return this.queue.whenDrained();
  }

  note(text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    if (this.ended) return;
    this.addNote(text, level);
    this.queue.schedule();
  }

  update(facts: { startedAt?: number; pid?: number; readyAt?: number }): void {
    void this.host.handleFacts(this, facts);
  }

  end(end: RunEnd, remark?: { text: string; level: 'info' | 'error' }): Promise<void> {
    if (!this.ended) {
      this.queue.close();
      this.touch();
      this.open.end(this.lastUs);
      if (remark) this.addNote(remark.text, remark.level);
      this.ended = this.finish(end);
    }
    return this.ended;
  }

  /** Every whole line taken in so far is on disk when it resolves (or cannot be written for now). */
  flush(): Promise<void> {
    return this.ended ?? this.queue.flush();
  }

  /** Lines that have not ended, as bytes. */
  partials(): PartialLine[] {
    return this.open.partials();
  }

  /** The last lines, unfinished ones included. */
  lastLines(count: number): string[] {
    const lines = [...this.queue.buffers.lastTexts(), ...this.open.heads(MEMORY_LINE_BYTES)];
    return lines.slice(-count).map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  }

  private splitterOf(stream: LogStream): LineSplitter {
    const number = STREAMS.indexOf(stream);
    const sink: LineSink = {
      nextLine: () => ++this.lines,
      handleLine: (line, chunk, start, end, timeUs) => this.addLine(number, 0, line, chunk, start, end, timeUs, 0),
      handleLines: (chunk, start, end, timeUs) => this.addLines(number, chunk, start, end, timeUs),
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

  /** The usual case: many whole lines at once, and a disk that takes them. False: they are to come one by one. */
  private addLines(stream: number, chunk: Uint8Array, start: number, end: number, timeUs: number): boolean {
    if (this.queue.isFailing) return false;
    this.lines += this.queue.buffers.addLines(timeUs, stream, timeUs - this.baseUs, this.lines + 1, chunk, start, end);
    return true;
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
    if (this.queue.losesLine()) return false;
    const level = levelOfLine(source, start, end, true);
    const relativeUs = timeUs - this.baseUs;
    this.queue.buffers.add(timeUs, stream, ownFlags, level, relativeUs, line, source, start, end, trueBytes);
    return true;
  }

  /** What is written without a chunk of output (remarks, a last line without its end) happens now. */
  private touch(): void {
    this.lastUs = this.host.handleArrival(this, this.host.clock.now() * 1000, this.baseUs);
  }

  private addNote(text: string, level: 'info' | 'warn' | 'error'): void {
    this.touch();
    const bytes = Buffer.from(text.replace(/\s*[\r\n]+\s*/g, ' '), 'utf8');
    const relativeUs = this.lastUs - this.baseUs;
    this.queue.buffers.add(
      this.lastUs,
      MICRO,
      0,
      levelNumber(level),
      relativeUs,
      ++this.lines,
      bytes,
      0,
      bytes.length,
      0,
    );
  }

  private handleWriteError(error: unknown): void {
    this.host.logger.error(`the log of ${this.service} cannot be written: ${errorText(error)}`, {
      service: this.service,
      run: this.run,
    });
  }

  private handleRecovered(lost: number): void {
    this.addNote(
      lost > 0
        ? `${lost} lines are missing here: the log could not be written for a while`
        : 'the log could not be written for a while; nothing is missing',
      'warn',
    );
    this.host.logger.info(`the log of ${this.service} is written again`, { service: this.service, lostLines: lost });
  }

  private async finish(end: RunEnd): Promise<void> {
    const lost = await this.queue.finish();
    await this.host.handleFacts(this, end);
    if (lost > 0) {
      const text = `up to ${lost} lines at the end of run ${this.run} are missing: the log could not be written`;
      this.host.logger.error(`${this.service}: ${text}`, { service: this.service, run: this.run });
      await this.host.handleLost(this, text);
    }
    this.queue.release();
    this.host.handleEnd(this);
  }
}
