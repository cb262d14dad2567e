import { BlockTable } from './blockTable.ts';
import type { FrameWalker } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';
import { readBlocks, type Segment, STRETCH_BYTES } from './segmentReader.ts';

/** Which records of a run are looked at, and when they count as written. */
export interface RunBlocksOptions {
  /** First record, and one past the last. */
  from: number;
  to: number;
  /** Times count as at least and at most this: a run that began after the view opened comes after what the view had. */
  floorUs: number;
  ceilingUs: number;
}

/** Some blocks of a run, read. */
export interface RangeStretch {
  /** Blocks [from, to). */
  from: number;
  to: number;
  /** Undefined: retention took them. */
  walker: FrameWalker | undefined;
}

/** The blocks of one run over its segment files: taken in from the indexes as they grow, and read when they are asked for. */
export class RunBlocks<Options extends RunBlocksOptions> extends BlockTable {
  private segments: { segment: Segment; shift: number }[] = [];
  private newestUs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly source: RunSource,
    readonly options: Options,
  ) {
    super(options.from);
  }

  /** One past the last record known. */
  get end(): number {
    return Math.min(this.options.to, this.knownEnd);
  }

  get size(): number {
    return Math.max(0, this.end - this.options.from);
  }

  /** Nothing that is known is later. */
  get lastUs(): number {
    return this.effective(this.newestUs);
  }

  /** The time that decides about the order. */
  effective(timeUs: number): number {
    return Math.min(Math.max(timeUs, this.options.floorUs), this.options.ceilingUs);
  }

  /** Records of a level in a block, whether they fit or not. */
  levelCount(block: number, level: number): number {
    const { segment, shift } = this.segmentAt(block);
    return segment.index.levelCount(block - shift, level);
  }

  /** Whether any record of blocks that were read may fit a filter. */
  mayFit({ from, to, walker }: RangeStretch, filter: RecordFilter): boolean {
    const { segment, shift } = this.segmentAt(from);
    return walker !== undefined && filter.mayFit(walker.bytes, segment.index.flagsOf(from - shift, to - shift));
  }

  /** The first block that retention has not taken. */
  firstKept(): number {
    if (this.source.segments.length === 0) return this.blocks;
    return this.source.first <= this.options.from ? 0 : this.blockOfRecord(this.source.first);
  }

  /** Reads blocks from `from` on: of one segment, up to `maxBytes`, not beyond `to` nor over a block without rows. */
  async readFrom(from: number, to: number, maxBytes: number): Promise<RangeStretch> {
    const { segment, shift } = this.segmentAt(from);
    const start = segment.index.offsetOf(from - shift);
    let end = from + 1;
    while (
      end < to &&
      this.segmentOf[end] === this.segmentOf[from] &&
      this.rowsIn(end) > 0 &&
      segment.index.offsetOf(end + 1 - shift) - start <= maxBytes
    ) {
      end++;
    }
    return this.read(from, end);
  }

  /** Reads the blocks [from, to), which lie in one segment. */
  protected async read(from: number, to: number): Promise<RangeStretch> {
    const { segment, shift } = this.segmentAt(from);
    try {
      return { from, to, walker: await readBlocks(segment, from - shift, to - shift) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { from, to, walker: undefined };
      throw error;
    }
  }

  /** Where a stretch of usual size begins that ends before the block `to`, in the segment of the block before it. */
  protected stretchStart(to: number): number {
    const { segment, shift } = this.segmentAt(to - 1);
    let from = to - 1;
    const end = segment.index.offsetOf(to - shift);
    while (
      from > 0 &&
      this.segmentOf[from - 1] === this.segmentOf[to - 1] &&
      end - segment.index.offsetOf(from - 1 - shift) <= STRETCH_BYTES
    ) {
      from--;
    }
    return from;
  }

  /** Takes in the blocks that the source knows of by now. */
  protected extend(): void {
    const { from, to } = this.options;
    const known = this.segments.at(-1)?.segment.number ?? 0;
    for (const segment of this.source.segments) {
      const { index, header } = segment;
      if (segment.number < known || index.records === 0) continue;
      if (header.recordsBefore >= to) return;
      if (segment.number > known) {
        if (header.recordsBefore + index.records <= from) continue;
        const first = this.blocks > 0 ? 0 : index.blockOfRecord(Math.max(0, from - header.recordsBefore));
        this.segments.push({ segment, shift: this.blocks - first });
      }
      const shift = this.segments.at(-1)?.shift ?? 0;
      for (let block = this.blocks - shift; block < index.blocks; block++) {
        const record = header.recordsBefore + index.recordsBefore(block);
        if (record >= to) {
          this.knownEnd = record;
          this.newestUs = index.lastUs;
          return;
        }
        this.push(this.effective(index.timeOf(block)), record, this.segments.length - 1);
      }
      this.knownEnd = header.recordsBefore + index.records;
      this.newestUs = index.lastUs;
    }
  }

  private segmentAt(block: number): { segment: Segment; shift: number } {
    return this.segments[this.segmentOf[block] as number] as { segment: Segment; shift: number };
  }
}
