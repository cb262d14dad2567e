import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { LineSplitter, OpenLine } from './lineSplitter.ts';
import type { LogStream } from './logStore.ts';
import { PartSpool } from './partSpool.ts';
import { longName, partName } from './runFiles.ts';

/** A line unfinished for so long (ms) is a prompt or progress, not a line cut by a read: it goes to its file and to readers. */
const PARTIAL_AFTER_MS = 8;
/** … or when it is larger than this, bytes. */
const PARTIAL_ABOVE_BYTES = 256 * 1024;

/** An unfinished line as readers see it. */
export interface PartialLine {
  stream: LogStream;
  line: number;
  timeUs: number;
  bytes: Uint8Array;
}

/** The lines of a run that have not ended: one for each stream, kept on disk beside the records so that no crash takes it. */
export class OpenLines {
  private readonly splitters = new Map<LogStream, LineSplitter>();
  private readonly spools = new Map<LogStream, PartSpool>();
  /** Lines larger than a record that ended since the last save. */
  private endedLong: { stream: LogStream; line: OpenLine }[] = [];
  private readonly savedStates = new WeakMap<OpenLine, string>();

  constructor(
    private readonly folder: string,
    private readonly run: number,
    private readonly clock: Clock,
    private readonly makeSplitter: (stream: LogStream) => LineSplitter,
  ) {}

  splitter(stream: LogStream): LineSplitter {
    let splitter = this.splitters.get(stream);
    if (!splitter) {
      splitter = this.makeSplitter(stream);
      this.splitters.set(stream, splitter);
    }
    return splitter;
  }

  /** Lines that have not ended, as bytes. */
  partials(): PartialLine[] {
    const out: PartialLine[] = [];
    for (const [stream, { open }] of this.splitters) {
      if (open.line === 0 || open.bytes === 0 || !this.isPartial(open)) continue;
      out.push({ stream, line: open.line, timeUs: open.startedUs, bytes: open.head.subarray(0, open.headBytes) });
    }
    return out;
  }

  /** What has come of them, each cut to `maxBytes`. */
  heads(maxBytes: number): Uint8Array[] {
    return [...this.splitters.values()]
      .filter(({ open }) => open.headBytes > 0)
      .map(({ open }) => open.head.subarray(0, Math.min(open.headBytes, maxBytes)));
  }

  /** A line larger than a record ended; the splitter uses its memory again. */
  handleEndedLong(stream: LogStream, open: OpenLine): void {
    this.endedLong.push({ stream, line: { ...open, head: open.head.slice(0, open.headBytes) } });
  }

  /** Bytes in memory that belong into files. */
  waitingBytes(): number {
    let bytes = 0;
    for (const { open } of this.splitters.values()) for (const part of open.overflow) bytes += part.length;
    for (const { line } of this.endedLong) bytes += line.bytes;
    return bytes;
  }

  /** A line has changed since it was saved. */
  hasUnsaved(): boolean {
    for (const { open } of this.splitters.values()) if (open.line !== 0 && this.isUnsaved(open)) return true;
    return false;
  }

  /** Brings the files up to date: lines that are open for a while, or all of them. Says whether readers see a change. */
  async save(everything: boolean): Promise<boolean> {
    while (this.endedLong.length > 0) {
      const { stream, line } = this.endedLong[0] as { stream: LogStream; line: OpenLine };
      await this.spool(stream).keep(line, join(this.folder, longName(this.run, line.line)));
      this.endedLong.shift();
    }
    let changed = false;
    for (const [stream, { open }] of this.splitters) {
      const spool = this.spools.get(stream);
      if (open.line === 0) {
        await spool?.empty();
        continue;
      }
      if (!this.isUnsaved(open) || !(everything || this.isPartial(open))) continue;
      const state = stateOf(open);
      await this.spool(stream).save(open);
      this.savedStates.set(open, state);
      changed = true;
    }
    return changed;
  }

  /** The streams have ended: what is left of a line is a line too. */
  end(timeUs: number): void {
    for (const splitter of this.splitters.values()) splitter.end(timeUs);
  }

  async close(): Promise<void> {
    for (const spool of this.spools.values()) await spool.close().catch(() => {});
  }

  private isPartial(open: OpenLine): boolean {
    return open.bytes > PARTIAL_ABOVE_BYTES || this.clock.now() * 1000 - open.startedUs >= PARTIAL_AFTER_MS * 1000;
  }

  private isUnsaved(open: OpenLine): boolean {
    return this.savedStates.get(open) !== stateOf(open);
  }

  private spool(stream: LogStream): PartSpool {
    let spool = this.spools.get(stream);
    if (!spool) {
      spool = new PartSpool(join(this.folder, partName(this.run, stream)));
      this.spools.set(stream, spool);
    }
    return spool;
  }
}

function stateOf(open: OpenLine): string {
  return `${open.generation}:${open.bytes}`;
}
