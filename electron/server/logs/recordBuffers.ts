import { FrameBuffer, RECENT_RECORDS } from './frameBuffer.ts';

/** Bytes kept in memory of each of the last lines. */
export const MEMORY_LINE_BYTES = 4096;

/** The records of a run in memory: two buffers that change places, one fills while the other is written. */
export class RecordBuffers {
  /** Records taken in, and written, since the beginning. */
  taken = 0;
  written = 0;
  private filling = new FrameBuffer();
  private writing = new FrameBuffer();
  /** The last lines that are on disk; the ones after them are in the buffers. */
  private writtenLines: Uint8Array[] = [];

  /** Time of the oldest record that is not on disk yet; Infinity when all are. */
  get oldestUnwrittenUs(): number {
    if (this.writing.records > 0) return this.writing.firstUs;
    return this.filling.records > 0 ? this.filling.firstUs : Number.POSITIVE_INFINITY;
  }
  /** Bytes that came since the last write began. */
  get fillingBytes(): number {
    return this.filling.length;
  }
  get bytes(): number {
    return this.filling.length + this.writing.length;
  }
  /** Records came since the last write began. */
  get isFilling(): boolean {
    return this.filling.records > 0;
  }
  get records(): number {
    return this.filling.records + this.writing.records;
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

  /** The last lines of output, oldest first, each cut to {@link MEMORY_LINE_BYTES}. */
  lastTexts(): Uint8Array[] {
    const waiting = [...this.writing.lastTexts(MEMORY_LINE_BYTES), ...this.filling.lastTexts(MEMORY_LINE_BYTES)];
    return [...this.writtenLines, ...waiting];
  }

  /** Hands what waits to `write`. Resolves with whether there was anything; what could not be written comes first again. */
  async writeOut(write: (buffer: FrameBuffer) => Promise<void>): Promise<boolean> {
    if (this.writing.records === 0) [this.writing, this.filling] = [this.filling, this.writing];
    if (this.writing.records === 0) return false;
    await write(this.writing);
    this.written += this.writing.records;
    this.writtenLines = [...this.writtenLines, ...this.writing.lastTexts(MEMORY_LINE_BYTES)].slice(-RECENT_RECORDS);
    this.writing.clear();
    return true;
  }
}
