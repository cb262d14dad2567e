/**
 * Bytes of a block, some eighty lines of the access log. A block is what is handed to the log store in one go, which takes some
 * tenths of a millisecond and is what a request under way may have to wait for.
 */
const BLOCK_BYTES = 32 * 1024;

/** Bytes of a character in UTF-8 at most, of those that a string counts as one. */
const MAX_CHARACTER_BYTES = 3;

/** Lines that came at once. */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Lines of text that wait, as bytes. As objects or strings each of them would be carried about by the garbage collector, with
 * everything that stands still meanwhile.
 */
export class LineBlocks {
  private full: LineBlock[] = [];
  private current = Buffer.alloc(0);
  /** Memory of a block that was taken away and is not used any more. */
  private spare: Buffer<ArrayBuffer> | undefined;
  private used = 0;
  private linesInCurrent = 0;
  private waiting = 0;

  /** Lines that wait. */
  get lines(): number {
    return this.waiting;
  }

  /** Adds a line, without its newline. */
  add(line: string): void {
    const most = line.length * MAX_CHARACTER_BYTES + 1;
    if (this.current.length - this.used < most) {
      this.seal();
      this.current = this.memoryFor(most);
    }
    this.used += this.current.write(line, this.used, 'utf8');
    this.current[this.used++] = 10;
    this.linesInCurrent++;
    this.waiting++;
  }

  /** Takes the oldest block away; undefined when nothing waits. */
  take(): LineBlock | undefined {
    if (this.full.length === 0) {
      this.seal();
      this.current = Buffer.alloc(0);
    }
    const block = this.full.shift();
    this.waiting -= block?.lines ?? 0;
    return block;
  }

  /** Gives back a block whose bytes nobody needs any more: memory outside of the heap is collected only with all of the heap. */
  giveBack({ bytes }: LineBlock): void {
    if (bytes.buffer.byteLength === BLOCK_BYTES) this.spare = Buffer.from(bytes.buffer as ArrayBuffer);
  }

  /** Forgets what waits; returns how many lines that were. */
  clear(): number {
    const lines = this.waiting;
    this.full = [];
    this.current = Buffer.alloc(0);
    this.used = this.linesInCurrent = this.waiting = 0;
    return lines;
  }

  private memoryFor(bytes: number): Buffer<ArrayBuffer> {
    const { spare } = this;
    if (spare === undefined || bytes > spare.length) return Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes));
    this.spare = undefined;
    return spare;
  }

  private seal(): void {
    if (this.linesInCurrent > 0)
      this.full.push({ bytes: this.current.subarray(0, this.used), lines: this.linesInCurrent });
    this.used = this.linesInCurrent = 0;
  }
}
