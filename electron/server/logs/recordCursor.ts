import type { LogRecord } from '../../../shared/contract/gen/logs_pb.ts';
import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { type FrameWalker, STREAMS } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';

/** Records and text bytes that a cursor holds at most (one record may exceed the bytes). */
const BATCH_RECORDS = 512;
const BATCH_BYTES = 512 * 1024;

/** Builds the record that a walker stands at. */
export function recordOf(walker: FrameWalker, service: string, run: number): LogRecord {
  // As `create` of protobuf makes it, which takes several times longer: ten million of them are made for an export.
  return {
    $typeName: 'desktop.LogRecord',
    timeUs: walker.timeUs,
    service,
    run,
    stream: STREAMS[walker.stream] ?? 'stdout',
    line: walker.line,
    level: LOG_LEVELS[walker.level] ?? '',
    text: walker.text(),
    partial: false,
    trueBytes: walker.trueBytes(),
  };
}

/** Where a cursor begins and what it gives. */
export interface CursorOptions {
  filter: RecordFilter;
  /** Number of the first record looked at. */
  from: number;
  /** Records before this number are context only, even when they fit. */
  matchFrom: number;
  sinceUs: number;
  /** 0: no end. */
  untilUs: number;
  before: number;
  after: number;
}

/** Goes forward through the records of one run that fit, with their context, a bounded batch in memory at a time. */
export class RecordCursor {
  private batch: LogRecord[] = [];
  private at = 0;
  private next: number;
  /** Records that do not fit but would be context of a match that follows. */
  private context: LogRecord[] = [];
  private contextLeft = 0;
  private pastEnd = false;
  /** Records that retention removed before they were read. */
  missed = 0;

  constructor(
    readonly source: RunSource,
    private readonly options: CursorOptions,
  ) {
    this.next = options.from;
  }

  /** The record that comes next, once {@link fill} has resolved; undefined: none for now. */
  peek(): LogRecord | undefined {
    return this.batch[this.at];
  }

  take(): LogRecord {
    return this.batch[this.at++] as LogRecord;
  }

  /** Reads on until there is a record to peek at, or everything known of the run is read. */
  async fill(signal: AbortSignal): Promise<void> {
    if (this.at < this.batch.length || this.pastEnd) return;
    this.batch = [];
    this.at = 0;
    if (this.next < this.source.first) {
      this.missed += this.source.first - this.next;
      this.next = this.source.first;
    }
    while (this.batch.length === 0 && this.next < this.source.end && !this.pastEnd) {
      signal.throwIfAborted();
      await this.readOn();
    }
  }

  private async readOn(): Promise<void> {
    const stretch = await this.source.stretchFrom(this.next).catch((error: unknown) => {
      // Retention removed the file between the look at the folder and the read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (!stretch) {
      // Only that file is gone; what comes after it is there.
      const end = this.source.segmentEnd(this.next);
      this.missed += end - this.next;
      this.next = end;
      return;
    }
    const { walker } = stretch;
    const { filter, untilUs, before } = this.options;
    if (untilUs > 0 && stretch.firstUs >= untilUs) {
      this.pastEnd = true;
      return;
    }
    if (before === 0 && this.contextLeft === 0 && !filter.mayFit(walker.bytes, stretch.flags)) {
      this.next = Math.max(this.next, stretch.end);
      return;
    }
    let record = stretch.first;
    let bytes = 0;
    while (record < stretch.end && walker.next()) {
      if (record++ < this.next) continue;
      this.next = record;
      if (this.options.untilUs > 0 && walker.timeUs >= this.options.untilUs) {
        this.pastEnd = true;
        return;
      }
      if (walker.timeUs < this.options.sinceUs) continue;
      bytes += this.look(walker, record - 1);
      if (this.batch.length >= BATCH_RECORDS || bytes > BATCH_BYTES) return;
    }
    // What the index says and the file does not have (a damaged file) is passed over.
    this.next = Math.max(this.next, stretch.end);
  }

  private look(walker: FrameWalker, record: number): number {
    const { filter, matchFrom, before, after } = this.options;
    const fits = record >= matchFrom && filter.fits(walker);
    if (!fits && this.contextLeft === 0 && before === 0) return 0;
    // Who asks for one stream is not interested in what stands around a match in another one.
    if (!fits && !filter.fitsStream(walker)) return 0;
    const made = recordOf(walker, this.source.service, this.source.run);
    if (fits) {
      this.batch.push(...this.context, made);
      this.context = [];
      this.contextLeft = after;
    } else if (this.contextLeft > 0) {
      this.contextLeft--;
      this.batch.push(made);
    } else {
      this.context.push(made);
      if (this.context.length > before) this.context.shift();
    }
    return walker.textEnd - walker.textStart;
  }
}
