import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { TraceSegment } from './traceSegment.ts';

/** Bytes of all files, some 200,000 spans. What is known of their traces without reading is in memory, a tenth of it. */
const MAX_BYTES = 128 * 1024 * 1024;

/** ms that traces are kept: long enough for "what was that on Friday". */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** Collaborators of {@link TraceFolder}. */
export interface TraceFolderOptions {
  /** Folder of the files; made when it is missing. */
  folder: string;
  clock: Clock;
  logger: Logger;
  maxBytes?: number;
  maxAgeMs?: number;
}

/** The files of a trace store, the oldest first; the last one is written to. Its methods that wait run one at a time. */
export class TraceFolder {
  private list: TraceSegment[] = [];

  constructor(private readonly options: TraceFolderOptions) {}

  /** Oldest first. */
  get segments(): readonly TraceSegment[] {
    return this.list;
  }

  /** The file that is written to; begun when there is none. */
  current(): TraceSegment {
    return this.list.at(-1) ?? this.begin(0);
  }

  /** Files are numbered by the time they were begun, so that a new one comes after those that are still being found. */
  begin(after: number): TraceSegment {
    const number = Math.max(after + 1, Math.floor(this.options.clock.now()));
    const segment = new TraceSegment(number, this.fileOf(number));
    this.list.push(segment);
    return segment;
  }

  /** Writes lines to a file; never rejects. */
  async write(segment: TraceSegment, lines: string): Promise<void> {
    try {
      await segment.write(lines);
    } catch (error) {
      // What lies where in the file is not known any more: its traces are given up, later ones get a file of their own.
      this.warn(error);
      this.list = this.list.filter((other) => other !== segment);
      await segment.close().catch(() => {});
    }
  }

  /** Closes a full file for good; never rejects. */
  async seal(segment: TraceSegment): Promise<void> {
    await segment.seal().catch((error: unknown) => this.warn(error));
    await this.applyRetention();
  }

  /** Finds what is on disk; files that were begun meanwhile come after it. Never rejects. */
  async load(): Promise<void> {
    const { folder } = this.options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const numbers = (await readdir(folder))
        .map((name) => /^spans-(\d+)\.ndjson$/.exec(name)?.[1])
        .filter((digits) => digits !== undefined)
        .map(Number)
        .filter((number) => !this.list.some((segment) => segment.number === number))
        .sort((a, b) => a - b);
      const found: TraceSegment[] = [];
      for (const number of numbers) found.push(await TraceSegment.load(number, this.fileOf(number)));
      this.list = [...found, ...this.list];
      // What an earlier life wrote is not written to again.
      if (found.length === this.list.length) this.begin(found.at(-1)?.number ?? 0);
    } catch (error) {
      this.options.logger.warn('earlier traces could not be read', { error: errorText(error) });
    }
    await this.applyRetention();
  }

  /** Removes the oldest files that are too old or too much; never rejects. */
  async applyRetention(): Promise<void> {
    const { maxBytes = MAX_BYTES, maxAgeMs = MAX_AGE_MS, clock } = this.options;
    let bytes = this.list.reduce((sum, segment) => sum + segment.bytes, 0);
    while (this.list.length > 1) {
      const oldest = this.list[0] as TraceSegment;
      if (bytes <= maxBytes && oldest.lastAt > clock.now() - maxAgeMs) break;
      bytes -= oldest.bytes;
      this.list.shift();
      await oldest.remove().catch((error: unknown) => this.warn(error));
    }
  }

  /** Lets go of the files; never rejects. */
  async close(): Promise<void> {
    await this.list
      .at(-1)
      ?.seal()
      .catch(() => {});
    for (const segment of this.list) await segment.close().catch(() => {});
  }

  private warn(error: unknown): void {
    this.options.logger.warn('spans could not be written', { error: errorText(error) });
  }

  private fileOf(number: number): string {
    return join(this.options.folder, `spans-${number}.ndjson`);
  }
}
