import { type FileHandle, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameBuffer } from './frameBuffer.ts';
import { encodeFileHeader, FILE_HEADER_BYTES, FrameWalker } from './logFrame.ts';
import { SEGMENT_BYTES } from './logSettings.ts';
import { openInFolder } from './openInFolder.ts';
import { indexName, segmentName } from './runFiles.ts';
import { SegmentIndex } from './segmentIndex.ts';

/** Between two looks whether somebody deleted the file that is written, ms: one more call to the system each. */
const LOOK_PERIOD_MS = 1000;

/** What a {@link SegmentWriter} tells its run. */
export interface SegmentEvents {
  handleFinished(): void;
  /** Somebody deleted the file while it was written; what comes now goes into a new one. */
  handleDeleted(): void;
}

/** Appends frames to the segment files of one run, one after another, and writes each file's index when it is full. */
export class SegmentWriter {
  private file: FileHandle | undefined;
  private index = new SegmentIndex(FILE_HEADER_BYTES);
  private segment: number;
  private size = 0;
  private recordsBefore: number;
  private lookedAtMs = performance.now();

  /** `after`: the files of the run that exist already; the first new one follows them. */
  constructor(
    private readonly folder: string,
    private readonly run: number,
    private readonly baseUs: number,
    private readonly events: SegmentEvents,
    private readonly segmentBytes: number = SEGMENT_BYTES,
    after: { segment: number; recordsBefore: number } = { segment: 0, recordsBefore: 0 },
  ) {
    this.segment = after.segment;
    this.recordsBefore = after.recordsBefore;
  }

  /**
   * Writes everything in the buffer. When it rejects, the file ends with a whole record and `buffer.written` says how far
   * it came: the same buffer may be given again.
   */
  async write(buffer: FrameBuffer): Promise<void> {
    // The frames were made a moment ago.
    const walker = new FrameWalker(buffer.bytes.subarray(0, buffer.length), this.baseUs, 0, true);
    let from = buffer.written;
    while (from < buffer.length) {
      // What fits into this file, at least one record.
      const file = await this.current();
      let to = from;
      const room = this.segmentBytes - this.size;
      if (buffer.length - from <= room) to = buffer.length;
      else {
        walker.end = from;
        while (walker.next() && (to === from || walker.end - from <= room)) to = walker.end;
      }
      await this.append(file, buffer.bytes, from, to);
      walker.end = from;
      while (walker.end < to && walker.next()) {
        const offset = this.size + (walker.at - from);
        this.index.add(offset, offset + (walker.end - walker.at), walker.timeUs, walker.level, walker.flags);
      }
      this.size += to - from;
      from = to;
      buffer.written = to;
    }
  }

  async close(): Promise<void> {
    if (!this.file) return;
    if (await this.isDeleted(this.file, true)) await this.leaveSegment();
    else await this.finishSegment();
  }

  private async append(file: FileHandle, bytes: Buffer, from: number, to: number): Promise<void> {
    let at = from;
    try {
      while (at < to) {
        const { bytesWritten } = await file.write(bytes, at, to - at, this.size + (at - from));
        at += bytesWritten;
      }
    } catch (error) {
      // Half a frame at the end would be skipped by readers, but a later write begins at `size` anyway.
      await file.truncate(this.size).catch(() => {});
      throw error;
    }
  }

  private async current(): Promise<FileHandle> {
    const isFull = this.size >= this.segmentBytes;
    if (this.file && (await this.isDeleted(this.file, isFull))) {
      await this.leaveSegment();
      this.events.handleDeleted();
    } else if (this.file && isFull) await this.finishSegment();
    if (this.file) return this.file;
    const file = await openInFolder(join(this.folder, segmentName(this.run, this.segment + 1)));
    const header = encodeFileHeader({
      run: this.run,
      baseUs: this.baseUs,
      recordsBefore: this.recordsBefore,
      segment: this.segment + 1,
    });
    try {
      await file.write(header, 0, header.length, 0);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    this.segment++;
    this.file = file;
    this.size = FILE_HEADER_BYTES;
    this.index = new SegmentIndex(FILE_HEADER_BYTES);
    return file;
  }

  /** A deleted file takes what is written into it, and nobody can read it. */
  private async isDeleted(file: FileHandle, mustLook: boolean): Promise<boolean> {
    const nowMs = performance.now();
    if (!mustLook && nowMs - this.lookedAtMs < LOOK_PERIOD_MS) return false;
    this.lookedAtMs = nowMs;
    return (await file.stat()).nlink === 0;
  }

  private async leaveSegment(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    this.recordsBefore += this.index.records;
    await file?.close();
  }

  private async finishSegment(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    this.recordsBefore += this.index.records;
    await file?.close();
    // Without it (a full disk) the index is made from the segment when somebody reads.
    await writeFile(join(this.folder, indexName(this.run, this.segment)), this.index.encode(), { mode: 0o600 }).catch(
      () => {},
    );
    this.events.handleFinished();
  }
}
