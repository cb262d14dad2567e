import { foldInto } from './foldCase.ts';
import { RareByte } from './rareByte.ts';

/**
 * So far from where the search stands it looks by itself, bytes: where hits are many the next one is in the next line, and a
 * call into Node for each costs more than the look.
 */
const NEAR_BYTES = 256;
/** Bytes whose case is folded at a time: they stay in the nearest cache, and little is done in vain when a hit comes soon. */
const PIECE_BYTES = 64 * 1024;

/** How far one stretch of bytes was looked through. */
interface Looked {
  /** The first hit not yet passed; Infinity: there is none any more. */
  at: number;
  /** The bytes [start, end) of the stretch, and a little more, as lower case; nothing until case is folded. */
  start: number;
  end: number;
  filled: number;
  folded: Int32Array | undefined;
}

/** Bytes as they are, and with the letters A to Z as a to z. */
const SAME = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));

/**
 * Looks for a piece of text in raw bytes, a stretch of file at once instead of line by line: between two hits a line then
 * costs one comparison. Case is only overlooked for ASCII letters.
 */
export class LiteralSearch {
  readonly length: number;
  private readonly needle: Buffer;
  private readonly fold: Uint8Array;
  /** How far the needle may be moved when its last byte stands over this one. */
  private readonly shifts = new Uint8Array(256);
  private readonly rare: RareByte;
  /** Several stretches are under way when services are merged by time. */
  private readonly looked = new WeakMap<Buffer, Looked>();
  private last: { bytes: Buffer; looked: Looked } | undefined;

  constructor(
    literal: string,
    private readonly caseSensitive: boolean,
  ) {
    this.needle = Buffer.from(caseSensitive ? literal : lowerAscii(literal), 'utf8');
    this.length = this.needle.length;
    this.fold = caseSensitive ? SAME : FOLDED;
    this.shifts.fill(Math.min(255, this.length));
    const last = this.length - 1;
    for (let i = Math.max(0, last - 255); i < last; i++) this.shifts[this.needle[i] as number] = last - i;
    this.rare = new RareByte(this.needle, caseSensitive);
  }

  /** The first hit at or after `from`; Infinity when there is none. Within a stretch `from` only ever grows. */
  next(bytes: Buffer, from: number): number {
    const looked = this.lookedAt(bytes);
    if (looked.at < from) looked.at = this.find(bytes, from, looked);
    return looked.at;
  }

  private lookedAt(bytes: Buffer): Looked {
    if (this.last?.bytes === bytes) return this.last.looked;
    let looked = this.looked.get(bytes);
    if (!looked) {
      looked = { at: -1, start: 0, end: 0, filled: 0, folded: undefined };
      this.looked.set(bytes, looked);
    }
    this.last = { bytes, looked };
    return looked;
  }

  private find(bytes: Buffer, from: number, looked: Looked): number {
    const nearEnd = Math.min(bytes.length, from + NEAR_BYTES + this.length - 1);
    const near = this.findNear(bytes, from, nearEnd);
    if (near >= 0) return near;
    if (nearEnd === bytes.length) return Number.POSITIVE_INFINITY;
    const { at, isHit } = this.rare.find(bytes, nearEnd - this.length + 1);
    if (isHit || !Number.isFinite(at)) return at;
    return this.caseSensitive ? this.findFar(bytes, at) : this.findFolded(bytes, at, looked);
  }

  /** Horspool's search in [from, end): the hit, or -1. */
  private findNear(bytes: Buffer, from: number, end: number): number {
    const { needle, fold, shifts } = this;
    const last = this.length - 1;
    const lastByte = needle[last] as number;
    for (let at = from; at + last < end; ) {
      const byte = fold[bytes[at + last] as number] as number;
      if (byte === lastByte) {
        let same = 0;
        while (same < last && fold[bytes[at + same] as number] === needle[same]) same++;
        if (same === last) return at;
      }
      at += shifts[byte] as number;
    }
    return -1;
  }

  private findFar(bytes: Buffer, from: number): number {
    const found = bytes.indexOf(this.needle, from);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }

  private findFolded(bytes: Buffer, from: number, looked: Looked): number {
    for (let at = from; at + this.length <= bytes.length; at = looked.end) {
      if (at < looked.start || at >= looked.end) {
        looked.folded ??= new Int32Array((PIECE_BYTES + this.length + 3) >> 2);
        looked.start = at;
        looked.end = Math.min(bytes.length, at + PIECE_BYTES);
        const part = bytes.subarray(at, looked.end + this.length - 1);
        looked.filled = part.length;
        foldInto(looked.folded, part);
      }
      const folded = Buffer.from((looked.folded as Int32Array).buffer);
      const found = folded.indexOf(this.needle, at - looked.start);
      // Behind what is filled stand bytes of an earlier piece.
      if (found >= 0 && found + this.length <= looked.filled) return looked.start + found;
    }
    return Number.POSITIVE_INFINITY;
  }
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
