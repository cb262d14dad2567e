import type { FrameWalker } from './logFrame.ts';
import type { RecordFilter } from './recordFilter.ts';
import type { RunRange } from './runRange.ts';

/** What a {@link RangeCursor} stands at. */
export type RowKind = 'record' | 'divider' | 'gone';

/**
 * Goes forward through the rows of one range. Reads only when it has to: as long as {@link isReady} is false, `timeUs` is
 * the earliest its next row can be.
 */
export class RangeCursor {
  isReady = false;
  isDone = false;
  kind: RowKind = 'record';
  timeUs = 0;
  /** Number of the record; of a divider, the one that it stands before. */
  record = 0;
  private readonly filter: RecordFilter;
  private current: FrameWalker | undefined;
  private nextRecord = 0;
  private stretchEnd = 0;
  private goneLeft = 0;
  private hasGivenDivider = false;

  /** Begins with a block; reads up to `maxBytes` at a time. */
  constructor(
    readonly range: RunRange,
    private block: number,
    private readonly maxBytes: number,
  ) {
    this.filter = range.options.filter.fork();
    this.settle();
  }

  /** Stands at the record, unless the kind is `gone`. */
  get walker(): FrameWalker {
    return this.current as FrameWalker;
  }

  /** Reads on; then the cursor is ready, or done, or has to be loaded again. */
  async load(): Promise<void> {
    const { range } = this;
    const { from, to, walker } = await range.readFrom(this.block, range.blocks, this.maxBytes);
    this.current = walker;
    this.block = to;
    this.nextRecord = range.recordOf(from);
    this.stretchEnd = range.recordOf(to);
    this.goneLeft = walker ? 0 : range.rowsBefore(to) - range.rowsBefore(from);
    this.timeUs = range.timeOf(from);
    this.step();
  }

  /** Goes to the next row. Not ready afterwards: what was read is used up. */
  step(): void {
    const { range, filter } = this;
    this.isReady = false;
    if (!this.current) {
      if (this.goneLeft-- > 0) {
        this.kind = 'gone';
        this.isReady = true;
      } else this.settle();
      return;
    }
    if (this.kind === 'divider' && this.hasGivenDivider) {
      // The walker stands at the record behind it.
      this.kind = 'record';
      if (filter.fits(this.current)) {
        this.isReady = true;
        return;
      }
    }
    const { from, to } = range.options;
    while (this.nextRecord < this.stretchEnd && this.current.next()) {
      const record = this.nextRecord++;
      if (record < from) continue;
      if (record >= to) break;
      const isDivider = record === range.dividerRecord && !this.hasGivenDivider;
      if (!isDivider && !filter.fits(this.current)) continue;
      this.hasGivenDivider ||= isDivider;
      this.kind = isDivider ? 'divider' : 'record';
      this.record = record;
      this.timeUs = range.effective(this.current.timeUs);
      this.isReady = true;
      return;
    }
    this.settle();
  }

  /** Finds the block that has to be read next. */
  private settle(): void {
    const { range } = this;
    while (this.block < range.blocks && range.rowsIn(this.block) === 0) this.block++;
    this.isDone = this.block >= range.blocks;
    if (!this.isDone) this.timeUs = Math.max(this.timeUs, range.timeOf(this.block));
    this.kind = 'record';
  }
}
