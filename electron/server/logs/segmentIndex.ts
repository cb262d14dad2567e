import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';

/**
 * Records per block. Each jump reads one block (about 25 KB of usual lines, well under a millisecond), and an index of ten
 * million records has 40,000 entries, about 2 MB.
 */
export const BLOCK_RECORDS = 256;

/** A block also ends here, so that a jump among long lines reads no more than this and one line, bytes. */
export const BLOCK_BYTES = 256 * 1024;

const LEVELS = LOG_LEVELS.length;

/** offset u32, records before u32, flags u32 (with {@link FLAGS_KNOWN}), first time f64, levels u16 each. */
const ENTRY_BYTES = 20 + LEVELS * 2;

const FILE_MAGIC = 0x3158494d;

/** Set in an entry that says which flags its records have; indexes of earlier versions did not. */
const FLAGS_KNOWN = 0x100;

/**
 * The sparse index of one segment: for each block of records its offset, how many records of the segment come before it,
 * time of its first record, and how many records it has of each level. Grows as records are added.
 */
export class SegmentIndex {
  blocks = 0;
  /** Records in all. */
  records = 0;
  /** End of the last record in the file. */
  end: number;
  firstUs = 0;
  lastUs = 0;
  private offsets = new Uint32Array(16);
  private before = new Uint32Array(16);
  private times = new Float64Array(16);
  private levels = new Uint16Array(16 * LEVELS);
  private flags = new Uint16Array(16);

  constructor(start: number) {
    this.end = start;
  }

  add(offset: number, end: number, timeUs: number, level: number, flags: number): void {
    let block = this.blocks - 1;
    if (
      block < 0 ||
      this.records - (this.before[block] as number) >= BLOCK_RECORDS ||
      offset - (this.offsets[block] as number) >= BLOCK_BYTES
    ) {
      block = this.blocks++;
      if (block === this.offsets.length) this.grow();
      this.offsets[block] = offset;
      this.before[block] = this.records;
      this.times[block] = timeUs;
      this.flags[block] = FLAGS_KNOWN;
      if (block === 0) this.firstUs = timeUs;
    }
    const slot = block * LEVELS + level;
    this.levels[slot] = (this.levels[slot] as number) + 1;
    this.flags[block] = (this.flags[block] as number) | flags;
    this.records++;
    this.end = end;
    this.lastUs = timeUs;
  }

  offsetOf(block: number): number {
    return block < this.blocks ? (this.offsets[block] as number) : this.end;
  }

  /** Records of the segment before the block; of the block after the last: all. */
  recordsBefore(block: number): number {
    return block < this.blocks ? (this.before[block] as number) : this.records;
  }

  timeOf(block: number): number {
    return this.times[block] as number;
  }

  /** Records of a level in a block. */
  levelCount(block: number, level: number): number {
    return this.levels[block * LEVELS + level] as number;
  }

  /** Flags that records of the blocks [from, to) have; all of them where that is not known. */
  flagsOf(from: number, to: number): number {
    let flags = 0;
    for (let block = from; block < to; block++) {
      const own = this.flags[block] as number;
      if ((own & FLAGS_KNOWN) === 0) return 0xff;
      flags |= own;
    }
    return flags & 0xff;
  }

  /** The block that holds the record with this number within the segment. */
  blockOfRecord(record: number): number {
    let low = 0;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] as number) <= record) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The last block whose first record is earlier than `timeUs`, or 0: the first record at or after it is in it or follows it. */
  blockOfTime(timeUs: number): number {
    let low = 0;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.times[middle] as number) < timeUs) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  encode(): Buffer {
    const out = Buffer.alloc(28 + this.blocks * ENTRY_BYTES + 4);
    out.writeUInt32LE(FILE_MAGIC, 0);
    out.writeUInt32LE(this.blocks, 4);
    out.writeUInt32LE(this.records, 8);
    out.writeDoubleLE(this.end, 12);
    out.writeDoubleLE(this.lastUs, 20);
    let at = 28;
    for (let block = 0; block < this.blocks; block++) {
      out.writeUInt32LE(this.offsets[block] as number, at);
      out.writeUInt32LE(this.before[block] as number, at + 4);
      out.writeUInt32LE(this.flags[block] as number, at + 8);
      out.writeDoubleLE(this.times[block] as number, at + 12);
      for (let level = 0; level < LEVELS; level++)
        out.writeUInt16LE(this.levelCount(block, level), at + 20 + level * 2);
      at += ENTRY_BYTES;
    }
    out.writeUInt32LE(checksum(out, at), at);
    return out;
  }

  /** Undefined when the bytes are no whole index: it is then made from the segment. */
  static decode(bytes: Buffer): SegmentIndex | undefined {
    if (bytes.length < 32 || bytes.readUInt32LE(0) !== FILE_MAGIC) return undefined;
    const blocks = bytes.readUInt32LE(4);
    const at = 28 + blocks * ENTRY_BYTES;
    if (bytes.length !== at + 4 || bytes.readUInt32LE(at) !== checksum(bytes, at)) return undefined;
    const index = new SegmentIndex(0);
    while (index.offsets.length < blocks) index.grow();
    index.blocks = blocks;
    index.records = bytes.readUInt32LE(8);
    index.end = bytes.readDoubleLE(12);
    index.lastUs = bytes.readDoubleLE(20);
    for (let block = 0; block < blocks; block++) {
      const entry = 28 + block * ENTRY_BYTES;
      index.offsets[block] = bytes.readUInt32LE(entry);
      index.before[block] = bytes.readUInt32LE(entry + 4);
      index.flags[block] = bytes.readUInt32LE(entry + 8);
      index.times[block] = bytes.readDoubleLE(entry + 12);
      for (let level = 0; level < LEVELS; level++) {
        index.levels[block * LEVELS + level] = bytes.readUInt16LE(entry + 20 + level * 2);
      }
    }
    index.firstUs = blocks > 0 ? (index.times[0] as number) : 0;
    return index;
  }

  private grow(): void {
    const size = this.offsets.length * 2;
    const copy = <T extends Uint32Array | Float64Array | Uint16Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.offsets = copy(new Uint32Array(size), this.offsets);
    this.before = copy(new Uint32Array(size), this.before);
    this.times = copy(new Float64Array(size), this.times);
    this.levels = copy(new Uint16Array(size * LEVELS), this.levels);
    this.flags = copy(new Uint16Array(size), this.flags);
  }
}

/** FNV-1a; finds a torn or mixed-up index, which is all it is for. */
function checksum(bytes: Uint8Array, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}
