/** Bytes looked at to find out which bytes are rare here. */
const SAMPLE_BYTES = 32 * 1024;
/**
 * A byte that stands in a stretch more often than once in so many bytes is not worth a call for each. Once a record still is:
 * the headers of records have any byte, and some for hundreds of records in a row.
 */
const LEAST_DISTANCE_BYTES = 80;

/**
 * Looks for a text by the byte of it that is rarest in what is searched: the system goes from one to the next at the speed of
 * memory, and only there the rest is compared. Where no byte is rare it says so, and another way is taken.
 */
export class RareByte {
  /** Which byte of the needle is looked for; -1: none is rare, or not known yet. */
  private offset = -1;
  private isKnown = false;
  private readonly lower: number[];
  private readonly upper: number[];

  constructor(
    /** In lower case unless case counts. */
    private readonly needle: Buffer,
    private readonly caseSensitive: boolean,
  ) {
    this.lower = [...needle];
    this.upper = this.lower.map((byte) => (!caseSensitive && byte >= 97 && byte <= 122 ? byte - 32 : byte));
  }

  /**
   * The first hit at or after `from` (Infinity: there is none), or with `isHit` false the place before which there is none and
   * from which somebody else has to look.
   */
  find(bytes: Buffer, from: number): { at: number; isHit: boolean } {
    if (!this.isKnown) this.choose(bytes, from);
    const { offset } = this;
    if (offset < 0) return { at: from, isHit: false };
    const small = this.lower[offset] as number;
    const large = this.upper[offset] as number;
    let nextSmall = positionOf(bytes, small, from + offset);
    let nextLarge = large === small ? Number.POSITIVE_INFINITY : positionOf(bytes, large, from + offset);
    for (let looks = 1; ; looks++) {
      const found = Math.min(nextSmall, nextLarge);
      const at = found - offset;
      if (at + this.needle.length > bytes.length) return { at: Number.POSITIVE_INFINITY, isHit: false };
      if (this.isAt(bytes, at)) return { at, isHit: true };
      // Not rare any more here: chosen anew for the next stretch.
      if (looks > 16 && found - from < looks * LEAST_DISTANCE_BYTES) {
        this.isKnown = false;
        return { at, isHit: false };
      }
      if (found === nextSmall) nextSmall = positionOf(bytes, small, found + 1);
      else nextLarge = positionOf(bytes, large, found + 1);
    }
  }

  private isAt(bytes: Buffer, at: number): boolean {
    for (let i = 0; i < this.lower.length; i++) {
      const byte = bytes[at + i];
      if (byte !== this.lower[i] && byte !== this.upper[i]) return false;
    }
    return true;
  }

  private choose(bytes: Buffer, from: number): void {
    const end = Math.min(bytes.length, from + SAMPLE_BYTES);
    const counts = new Uint32Array(256);
    for (let i = from; i < end; i++) counts[bytes[i] as number] = (counts[bytes[i] as number] as number) + 1;
    let best = Number.POSITIVE_INFINITY;
    this.lower.forEach((byte, offset) => {
      const other = this.upper[offset] as number;
      const count = (counts[byte] as number) + (other === byte ? 0 : (counts[other] as number));
      if (count >= best) return;
      best = count;
      this.offset = offset;
    });
    if (best * LEAST_DISTANCE_BYTES > end - from) this.offset = -1;
    this.isKnown = true;
  }
}

function positionOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
