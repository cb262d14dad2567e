import { levelOfLine } from './lineLevel.ts';
import { FRAME_BYTES, FrameFlag, STREAMS, writeFrameHeader } from './logFrame.ts';

/** First size of a buffer, bytes; it doubles as lines come faster, up to what the writer lets wait. */
const FIRST_BYTES = 16 * 1024;
/** A buffer that grew beyond this is cut back to it after its write: lines of megabytes must not stay in memory. */
const KEPT_BYTES = 1024 * 1024;
/** Lines of output whose places are kept for {@link FrameBuffer.lastTexts}. */
export const RECENT_RECORDS = 50;

const NEWLINE = 10;
const ESCAPE = 27;
/** The same byte four times, and what tells in four bytes at once whether one of them is 0, or above 127. */
const FOUR_NEWLINES = 0x0a0a0a0a;
const FOUR_ESCAPES = 0x1b1b1b1b;
const FOUR_ONES = 0x01010101;
const FOUR_HIGHS = 0x80808080 | 0;

/** The server's own remarks, which are no output of the program. */
const REMARKS = STREAMS.indexOf('micro');

/** Records on their way to a segment file, framed. Memory is used again after each write. */
export class FrameBuffer {
  bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private view = viewOf(this.bytes);
  length = 0;
  records = 0;
  /** Bytes of it that are in the file already. */
  written = 0;
  /** Time of the first record in it, µs since 1970. */
  firstUs = 0;
  /** Where the last lines of output lie, a ring: beginning and end of line i at 2 × (i modulo the size). */
  private readonly recent = new Uint32Array(2 * RECENT_RECORDS);
  private outputs = 0;

  /** Adds a record; which bytes its text has decides about further flags. */
  add(
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
    const cut = ownFlags & FrameFlag.cut ? 8 : 0;
    const textBytes = end - start;
    const at = this.length;
    const textAt = at + FRAME_BYTES + cut;
    const textEnd = textAt + textBytes;
    if (textEnd > this.bytes.length) this.grow(textEnd);
    const { bytes } = this;
    bytes.set(source.subarray(start, end), textAt);
    let all = 0;
    let flags = ownFlags;
    for (let i = textAt; i < textEnd; i++) {
      const byte = bytes[i] as number;
      all |= byte;
      if (byte === ESCAPE) flags |= FrameFlag.escape;
    }
    if (all > 127) flags |= FrameFlag.wide;
    writeFrameHeader(bytes, this.view, at, stream, flags, level, textBytes + cut, relativeUs, line);
    if (cut) bytes.writeDoubleLE(trueBytes, at + FRAME_BYTES);
    if (stream !== REMARKS) this.remember(textAt, textEnd);
    this.length = textEnd;
    this.records++;
  }

  /**
   * Adds the lines of `chunk[start, end)`, which ends with a line end and has no carriage return; the first is number `line`.
   * Returns how many there were. Finding the line ends, copying and looking at the bytes is one pass over four bytes at a time.
   */
  addLines(stream: number, relativeUs: number, line: number, chunk: Uint8Array, start: number, end: number): number {
    const from = viewOf(chunk);
    let lines = 0;
    for (let lineStart = start; lineStart < end; lines++) {
      const at = this.length;
      const textAt = at + FRAME_BYTES;
      // The line is not longer than what is left.
      if (textAt + end - lineStart > this.bytes.length) this.grow(textAt + end - lineStart);
      const { bytes, view } = this;
      let i = lineStart;
      let to = textAt;
      let wide = 0;
      let escape = 0;
      for (; i + 4 <= end; i += 4, to += 4) {
        const four = from.getInt32(i, true);
        const ends = four ^ FOUR_NEWLINES;
        if (((ends - FOUR_ONES) & ~ends & FOUR_HIGHS) !== 0) break;
        view.setInt32(to, four, true);
        wide |= four;
        const escapes = four ^ FOUR_ESCAPES;
        escape |= (escapes - FOUR_ONES) & ~escapes;
      }
      for (;;) {
        const byte = chunk[i] as number;
        if (byte === NEWLINE) break;
        bytes[to++] = byte;
        wide |= byte;
        if (byte === ESCAPE) escape = FOUR_HIGHS;
        i++;
      }
      const flags = (wide & FOUR_HIGHS ? FrameFlag.wide : 0) | (escape & FOUR_HIGHS ? FrameFlag.escape : 0);
      const level = levelOfLine(chunk, lineStart, i, (flags & FrameFlag.escape) !== 0);
      writeFrameHeader(bytes, view, at, stream, flags, level, to - textAt, relativeUs, line + lines);
      this.remember(textAt, to);
      this.length = to;
      lineStart = i + 1;
    }
    this.records += lines;
    return lines;
  }

  /** The last lines of output, oldest first, each cut to `maxBytes`; copies. */
  lastTexts(maxBytes: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let i = Math.max(0, this.outputs - RECENT_RECORDS); i < this.outputs; i++) {
      const slot = 2 * (i % RECENT_RECORDS);
      const start = this.recent[slot] as number;
      const end = Math.min(this.recent[slot + 1] as number, start + maxBytes);
      // Buffer's own slice is a view, which would keep the whole buffer.
      out.push(Uint8Array.prototype.slice.call(this.bytes, start, end));
    }
    return out;
  }

  clear(): void {
    this.length = 0;
    this.records = 0;
    this.outputs = 0;
    this.written = 0;
    if (this.bytes.length > KEPT_BYTES) this.use(Buffer.allocUnsafe(KEPT_BYTES));
  }

  private remember(textAt: number, textEnd: number): void {
    const slot = 2 * (this.outputs++ % RECENT_RECORDS);
    this.recent[slot] = textAt;
    this.recent[slot + 1] = textEnd;
  }

  private grow(bytes: number): void {
    const grown = Buffer.allocUnsafe(Math.max(bytes, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.use(grown);
  }

  private use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
