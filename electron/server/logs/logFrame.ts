import type { LogStream } from './logStore.ts';

/**
 * How records lie in a segment file. After the file's header, each record is one frame: {@link FRAME_BYTES} of header and
 * then the line's bytes as they came. Lines are stored undecoded: a character cut by two reads is whole again in the file.
 */

/** First bytes of a segment file; the digit is the version of the format. */
const FILE_MAGIC = 'MLG1';

/** magic, run (u32), base time µs (f64), records of the run before this file (u32), number of the file (u32). */
export const FILE_HEADER_BYTES = 24;

/**
 * mark, stream, flags, level (u8 each), bytes of the payload (u32), µs after the base time (u48), line (u32), check (u8),
 * lines open at the same time (u8, reserved as 0).
 */
export const FRAME_BYTES = 20;

/** Begins every frame; never the first byte of what a torn write leaves (zeros). */
const FRAME_MARK = 0xe7;

/** Bits of a frame's flags. */
export const FrameFlag = {
  /** The line has an escape character: search has to strip codes first. */
  escape: 1,
  /** The payload begins with the true size of the line (f64); the line is cut, the whole stands in a file of its own. */
  cut: 2,
  /** The run ended before the line did. */
  unended: 4,
  /** The line has bytes above 127. */
  wide: 8,
} as const;

/** Streams in the order of their number in files. Never reorder. */
export const STREAMS: readonly LogStream[] = ['stdout', 'stderr', 'tty', 'build', 'micro', 'otlp'];

/** The header of a segment file. */
export interface FileHeader {
  run: number;
  baseUs: number;
  recordsBefore: number;
  segment: number;
}

export function encodeFileHeader(header: FileHeader): Buffer {
  const out = Buffer.alloc(FILE_HEADER_BYTES);
  out.write(FILE_MAGIC, 0, 'latin1');
  out.writeUInt32LE(header.run, 4);
  out.writeDoubleLE(header.baseUs, 8);
  out.writeUInt32LE(header.recordsBefore, 16);
  out.writeUInt32LE(header.segment, 20);
  return out;
}

/** Undefined when the bytes are no header of this version. */
export function decodeFileHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length < FILE_HEADER_BYTES || bytes.toString('latin1', 0, 4) !== FILE_MAGIC) return undefined;
  return {
    run: bytes.readUInt32LE(4),
    baseUs: bytes.readDoubleLE(8),
    recordsBefore: bytes.readUInt32LE(16),
    segment: bytes.readUInt32LE(20),
  };
}

/**
 * Writes a frame's header at `at`; `view` shows the same bytes as `out`. `timeUs` is relative to the file's base time and not
 * negative.
 */
export function writeFrameHeader(
  out: Uint8Array,
  view: DataView,
  at: number,
  stream: number,
  flags: number,
  level: number,
  payloadBytes: number,
  timeUs: number,
  line: number,
): void {
  view.setInt32(at, FRAME_MARK | (stream << 8) | (flags << 16) | (level << 24), true);
  view.setInt32(at + 4, payloadBytes, true);
  view.setInt32(at + 8, timeUs >>> 0, true);
  view.setInt16(at + 12, Math.floor(timeUs / 0x100000000), true);
  view.setInt32(at + 14, line, true);
  view.setInt16(at + 18, checkOf(out, at), true);
}

/**
 * The check of a header: each byte turned (rotated within its eight bits) by one less than the byte before it, all of them
 * XORed. Bytes that are turned alike are XORed first, so that nothing waits for the result before it: a header is written
 * and read for every line.
 */
function checkOf(bytes: Uint8Array, at: number): number {
  const by7 = (bytes[at + 2] as number) ^ (bytes[at + 10] as number);
  const by6 = (bytes[at + 3] as number) ^ (bytes[at + 11] as number);
  const by5 = (bytes[at + 4] as number) ^ (bytes[at + 12] as number);
  const by4 = (bytes[at + 5] as number) ^ (bytes[at + 13] as number);
  const by3 = (bytes[at + 6] as number) ^ (bytes[at + 14] as number);
  const by2 = (bytes[at + 7] as number) ^ (bytes[at + 15] as number);
  const by1 = (bytes[at + 8] as number) ^ (bytes[at + 16] as number);
  const by0 = (bytes[at + 1] as number) ^ (bytes[at + 9] as number) ^ (bytes[at + 17] as number);
  const turned =
    (by7 << 7) ^ (by6 << 6) ^ (by5 << 5) ^ (by4 << 4) ^ (by3 << 3) ^ (by2 << 2) ^ (by1 << 1) ^ by0 ^ CHECK_START;
  return (turned ^ (turned >> 8)) & 0xff;
}

/** The check of a header of zeros, so that zeros are no header. */
const CHECK_START = 0xb4;

/**
 * Walks the frames of a stretch of a segment file. One object is used for all frames, so that ten million of them cost
 * no allocation: read the fields before the next {@link next}.
 */
export class FrameWalker {
  /** Where the current frame begins in `bytes`; -1 before the first. */
  at = -1;
  stream = 0;
  flags = 0;
  level = 0;
  /** The line's bytes: [textStart, textEnd) of `bytes`. */
  textStart = 0;
  textEnd = 0;
  /** Where the frame after the current one begins; after {@link next} said false: the end of the last whole frame. */
  end = 0;
  /** {@link next} stopped at bytes that are no frame (not merely at the end of what is there). */
  damaged = false;

  constructor(
    public bytes: Buffer,
    private readonly baseUs: number,
    start = 0,
    /** Each frame was found whole before, when it was indexed: its mark is enough. */
    private readonly isChecked = false,
  ) {
    this.end = start;
  }

  /** Goes to the next whole frame; false when there is none. */
  next(): boolean {
    const bytes = this.bytes;
    const at = this.end;
    if (at + FRAME_BYTES > bytes.length) return false;
    if (bytes[at] !== FRAME_MARK || !(this.isChecked || bytes[at + 18] === checkOf(bytes, at))) {
      this.damaged = true;
      return false;
    }
    const size =
      ((bytes[at + 4] as number) |
        ((bytes[at + 5] as number) << 8) |
        ((bytes[at + 6] as number) << 16) |
        ((bytes[at + 7] as number) << 24)) >>>
      0;
    const end = at + FRAME_BYTES + size;
    if (end > bytes.length) return false;
    this.at = at;
    this.end = end;
    this.stream = bytes[at + 1] as number;
    this.flags = bytes[at + 2] as number;
    this.level = bytes[at + 3] as number;
    this.textStart = at + FRAME_BYTES + (this.flags & FrameFlag.cut ? 8 : 0);
    this.textEnd = end;
    return true;
  }

  /** µs since 1970; 0 before the first frame. */
  get timeUs(): number {
    const { bytes, at } = this;
    if (at < 0) return 0;
    const low =
      ((bytes[at + 8] as number) |
        ((bytes[at + 9] as number) << 8) |
        ((bytes[at + 10] as number) << 16) |
        ((bytes[at + 11] as number) << 24)) >>>
      0;
    const high = (bytes[at + 12] as number) | ((bytes[at + 13] as number) << 8);
    return this.baseUs + high * 0x100000000 + low;
  }

  get line(): number {
    const { bytes, at } = this;
    return (
      ((bytes[at + 14] as number) |
        ((bytes[at + 15] as number) << 8) |
        ((bytes[at + 16] as number) << 16) |
        ((bytes[at + 17] as number) << 24)) >>>
      0
    );
  }

  /** Bytes that the frame needs in all, when only its header is there; 0 when not even that. */
  needed(): number {
    const at = this.end;
    return at + FRAME_BYTES > this.bytes.length || this.damaged ? 0 : FRAME_BYTES + this.bytes.readUInt32LE(at + 4);
  }

  /** Size of the whole line in bytes when it is cut, else 0. */
  trueBytes(): number {
    return this.flags & FrameFlag.cut ? this.bytes.readDoubleLE(this.at + FRAME_BYTES) : 0;
  }

  /** The line's text; what is not UTF-8 becomes U+FFFD. */
  text(maxBytes = Number.POSITIVE_INFINITY): string {
    const end = Math.min(this.textEnd, this.textStart + maxBytes);
    return this.flags & FrameFlag.wide
      ? this.bytes.toString('utf8', this.textStart, end)
      : this.bytes.toString('latin1', this.textStart, end);
  }
}
