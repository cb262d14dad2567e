/**
 * What is known of the blocks of a run: when each begins, with which record, in which segment, and how many of its records
 * are rows. Some ten bytes for 256 records, in typed arrays that grow: ten million records need less than half a megabyte.
 * Blocks have numbers from 0 and keep them.
 */
export class BlockTable {
  blocks = 0;
  /** Counts are known from this block on. */
  knownFrom = 0;
  /** One past the last record of the last block. */
  protected knownEnd: number;
  protected segmentOf = new Uint32Array(16);
  private times = new Float64Array(16);
  private records = new Uint32Array(16);
  private rows = new Uint16Array(16);
  private warnings = new Uint16Array(16);
  private errors = new Uint16Array(16);
  /** Rows before each block, counted from one that never changes; negative before it. One more than blocks. */
  private before = new Int32Array(17);

  constructor(firstRecord: number) {
    this.knownEnd = firstRecord;
  }

  /** Rows before a block; `blocks` stands for all of them. */
  rowsBefore(block: number): number {
    return this.before[block] as number;
  }

  rowsIn(block: number): number {
    return this.rows[block] as number;
  }

  warningsIn(block: number): number {
    return this.warnings[block] as number;
  }

  errorsIn(block: number): number {
    return this.errors[block] as number;
  }

  /** Time of the first record of a block. */
  timeOf(block: number): number {
    return this.times[block] as number;
  }

  /** Number of the first record of a block. */
  recordOf(block: number): number {
    return block < this.blocks ? (this.records[block] as number) : this.knownEnd;
  }

  /** The last block that begins before `timeUs`, or -1. */
  blockBefore(timeUs: number): number {
    let low = -1;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.times[middle] as number) < timeUs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The block that holds a record. */
  blockOfRecord(record: number): number {
    let low = 0;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.records[middle] as number) <= record) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The last known block with at most `row` rows before it. */
  blockOfRow(row: number): number {
    let low = this.knownFrom;
    let high = this.blocks - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Adds a block that nothing is counted of yet. */
  protected push(timeUs: number, record: number, segment: number): void {
    if (this.blocks === this.times.length) this.grow();
    const block = this.blocks++;
    this.times[block] = timeUs;
    this.records[block] = record;
    this.segmentOf[block] = segment;
    this.before[block + 1] = this.rowsBefore(block);
  }

  /** Counts one more row, of a level (0: none) in the order of LOG_LEVELS. */
  protected addRow(block: number, level: number): void {
    this.rows[block] = this.rowsIn(block) + 1;
    if (level === 4) this.warnings[block] = this.warningsIn(block) + 1;
    else if (level > 4) this.errors[block] = this.errorsIn(block) + 1;
  }

  protected setRows(block: number, rows: number, warnings: number, errors: number): void {
    this.rows[block] = rows;
    this.warnings[block] = warnings;
    this.errors[block] = errors;
  }

  /** Brings {@link rowsBefore} up to date behind a block. */
  protected sumFrom(first: number): void {
    for (let block = first; block < this.blocks; block++) {
      this.before[block + 1] = this.rowsBefore(block) + this.rowsIn(block);
    }
  }

  /** The same for blocks [from, to) that were counted later than the ones behind them. */
  protected sumBack(from: number, to: number): void {
    for (let block = to - 1; block >= from; block--) {
      this.before[block] = this.rowsBefore(block + 1) - this.rowsIn(block);
    }
  }

  private grow(): void {
    const size = this.times.length * 2;
    const copy = <T extends Float64Array | Uint32Array | Uint16Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.times = copy(new Float64Array(size), this.times);
    this.records = copy(new Uint32Array(size), this.records);
    this.segmentOf = copy(new Uint32Array(size), this.segmentOf);
    this.rows = copy(new Uint16Array(size), this.rows);
    this.warnings = copy(new Uint16Array(size), this.warnings);
    this.errors = copy(new Uint16Array(size), this.errors);
    this.before = copy(new Int32Array(size + 1), this.before);
  }
}
