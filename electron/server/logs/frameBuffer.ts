import { FRAME_BYTES, FrameFlag, STREAMS, writeFrameHeader } from './logFrame.ts';

/** First size of a buffer, bytes; it doubles as lines come faster, up to what the writer lets wait. */
const FIRST_BYTES = 16 * 1024;
/** A buffer that grew beyond this is cut back to it after its write: fifty floods at once must not keep 4 MB each. */
const KEPT_BYTES = 1024 * 1024;
/** Lines up to here are copied byte by byte, together with the look at each byte; a call costs more than it saves, bytes. */
const SHORT_BYTES = 512;
/** Lines of output whose places are kept for {@link FrameBuffer.lastTexts}. */
export const RECENT_RECORDS = 50;

const ESCAPE = 27;
/** The server's own remarks, which are no output of the program. */
const REMARKS = STREAMS.indexOf('micro');

/** Records on their way to a segment file, framed. Memory is used again after each write. */
export class FrameBuffer {
  bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
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
    let flags = ownFlags;
    let all = 0;
    if (textBytes <= SHORT_BYTES) {
      for (let i = start, to = textAt; i < end; i++, to++) {
        const byte = source[i] as number;
        bytes[to] = byte;
        all |= byte;
        if (byte === ESCAPE) flags |= FrameFlag.escape;
      }
    } else {
      bytes.set(source.subarray(start, end), textAt);
      for (let i = start; i < end; i++) all |= source[i] as number;
      const escape = source.indexOf(ESCAPE, start);
      if (escape >= 0 && escape < end) flags |= FrameFlag.escape;
    }
    if (all > 127) flags |= FrameFlag.wide;
    writeFrameHeader(bytes, at, stream, flags, level, textBytes + cut, relativeUs, line);
    if (cut) bytes.writeDoubleLE(trueBytes, at + FRAME_BYTES);
    if (stream !== REMARKS) {
      const slot = 2 * (this.outputs++ % RECENT_RECORDS);
      this.recent[slot] = textAt;
      this.recent[slot + 1] = textEnd;
    }
    this.length = textEnd;
    this.records++;
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
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafe(KEPT_BYTES);
  }

  private grow(bytes: number): void {
    const grown = Buffer.allocUnsafe(Math.max(bytes, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
