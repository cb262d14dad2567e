import { type FileHandle, rename, rm } from 'node:fs/promises';
import type { OpenLine } from './lineSplitter.ts';
import { MAX_LONG_LINE_BYTES } from './logSettings.ts';
import { openInFolder } from './openInFolder.ts';

/** line (f64) and time of the first byte (f64). */
export const PART_HEADER_BYTES = 16;

/**
 * Keeps the unfinished line of one stream on disk, so that neither a crash takes it nor a line larger than memory is lost.
 * The file is made at the first unfinished line and emptied when the line has become a record.
 */
export class PartSpool {
  private file: FileHandle | undefined;
  private generation = -1;
  /** Bytes of the line in the file. */
  private written = 0;
  private dirty = false;

  constructor(private readonly path: string) {}

  /** Brings the file up to what the line holds now; takes its overflow. */
  async save(line: OpenLine): Promise<void> {
    const { generation } = line;
    this.file ??= await openInFolder(this.path);
    if (generation !== this.generation) {
      await this.file.truncate(0);
      const header = Buffer.alloc(PART_HEADER_BYTES);
      header.writeDoubleLE(line.line, 0);
      header.writeDoubleLE(line.startedUs, 8);
      await this.file.write(header, 0, header.length, 0);
      this.generation = generation;
      this.written = 0;
      this.dirty = true;
    }
    // The line may have ended or begun anew while a write was under way; then its record, or the next save, has it.
    if (line.generation !== generation) return;
    if (this.written < line.headBytes) {
      await this.append(line.head.slice(this.written, line.headBytes));
    }
    if (line.generation !== generation) return;
    const overflow = line.overflow;
    line.overflow = [];
    for (const bytes of overflow) await this.append(bytes);
  }

  /** Saves what is left of a line that ended larger than a record, and gives the file the name it keeps. */
  async keep(line: OpenLine, path: string): Promise<void> {
    await this.save(line);
    await this.file?.close();
    this.file = undefined;
    this.generation = -1;
    this.dirty = false;
    await rename(this.path, path);
  }

  /** The line has become a record. */
  async empty(): Promise<void> {
    if (!this.dirty) return;
    await this.file?.truncate(0);
    this.generation = -1;
    this.dirty = false;
  }

  async close(): Promise<void> {
    if (!this.file) return;
    await this.file.close();
    this.file = undefined;
    await rm(this.path, { force: true });
  }

  private async append(bytes: Uint8Array): Promise<void> {
    const room = MAX_LONG_LINE_BYTES - this.written;
    const part = bytes.length > room ? bytes.subarray(0, Math.max(0, room)) : bytes;
    if (part.length > 0) await this.file?.write(part, 0, part.length, PART_HEADER_BYTES + this.written);
    this.written += bytes.length;
  }
}
