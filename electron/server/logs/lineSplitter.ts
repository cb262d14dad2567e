/** A line being taken in: the bytes since the last carriage return, its head in memory and the rest on its way to disk. */
export interface OpenLine {
  /** Number of the line; 0 while there is none. */
  line: number;
  /** When its first byte came. */
  startedUs: number;
  /** Bytes of the head, at most the splitter's limit. */
  head: Uint8Array;
  headBytes: number;
  /** Bytes of the line in all. */
  bytes: number;
  /** Bytes beyond the head that nobody has taken yet. */
  overflow: Uint8Array[];
  /** Goes up whenever the line's text begins anew: another line, or the same after a carriage return. */
  generation: number;
}

/** Receives the lines of a {@link LineSplitter}. */
export interface LineSink {
  /** Number for a line whose first byte came. */
  nextLine(): number;
  /** A whole line, without its line end; `chunk[start, end)` is only valid during the call. */
  handleLine(line: number, chunk: Uint8Array, start: number, end: number, timeUs: number): void;
  /**
   * Many whole lines at once: `chunk[start, end)` ends with a line end and has no carriage return, and no line of it is longer
   * than the limit. They are numbered by the sink. False: it wants each of them by {@link handleLine}.
   */
  handleLines(chunk: Uint8Array, start: number, end: number, timeUs: number): boolean;
  /** A line that came in pieces; the open line is cleared after the call. */
  handleOpenLine(open: OpenLine, timeUs: number, ended: boolean): void;
}

const NEWLINE = 10;
const RETURN = 13;
const NOTHING = new Uint8Array(0);

/**
 * Cuts one stream into lines, on bytes: a newline byte is never part of another UTF-8 character, so nothing is decoded and
 * no character or escape code can break. Within a line only what follows the last carriage return is kept (progress
 * bars), and memory stays bounded by `maxLineBytes`: bytes beyond it are handed on as `overflow`.
 */
export class LineSplitter {
  readonly open: OpenLine = {
    line: 0,
    startedUs: 0,
    head: NOTHING,
    headBytes: 0,
    bytes: 0,
    overflow: [],
    generation: 0,
  };
  /** The open line ends with carriage returns: the next byte decides whether they belong to its end or begin it anew. */
  private returned = false;

  constructor(
    private readonly sink: LineSink,
    private readonly maxLineBytes: number,
  ) {}

  push(chunk: Uint8Array, timeUs: number): void {
    let start = 0;
    const hasReturns = chunk.includes(RETURN);
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      if (this.open.line === 0) {
        if (!hasReturns && chunk.length <= this.maxLineBytes) {
          const end = chunk.lastIndexOf(NEWLINE) + 1;
          if (this.sink.handleLines(chunk, start, end, timeUs)) {
            start = end;
            break;
          }
        }
        if (hasReturns) this.wholeLine(chunk, start, newline, timeUs);
        else if (newline - start > this.maxLineBytes) this.longLine(chunk, start, newline, timeUs);
        else this.sink.handleLine(this.sink.nextLine(), chunk, start, newline, timeUs);
      } else {
        this.extend(chunk, start, newline);
        this.finish(timeUs, true);
      }
      start = newline + 1;
    }
    if (start < chunk.length) {
      this.begin(timeUs);
      this.extend(chunk, start, chunk.length);
    }
  }

  /** The stream ended: what is left is a line too, unless it is only carriage returns. */
  end(timeUs: number): void {
    if (this.open.line !== 0) this.finish(timeUs, false);
  }

  private wholeLine(chunk: Uint8Array, start: number, newline: number, timeUs: number): void {
    let end = newline;
    while (end > start && chunk[end - 1] === RETURN) end--;
    const from = end > start ? chunk.lastIndexOf(RETURN, end - 1) : -1;
    const first = Math.max(start, from + 1);
    if (end - first > this.maxLineBytes) this.longLine(chunk, first, end, timeUs);
    else this.sink.handleLine(this.sink.nextLine(), chunk, first, end, timeUs);
  }

  private longLine(chunk: Uint8Array, start: number, end: number, timeUs: number): void {
    this.begin(timeUs);
    this.extend(chunk, start, end);
    this.finish(timeUs, true);
  }

  private begin(timeUs: number): void {
    const open = this.open;
    if (open.line !== 0) return;
    open.line = this.sink.nextLine();
    open.startedUs = timeUs;
    open.generation++;
    this.returned = false;
  }

  private extend(chunk: Uint8Array, from: number, to: number): void {
    let start = from;
    let end = to;
    if (this.returned) {
      while (start < end && chunk[start] === RETURN) start++;
      if (start === end) return;
      this.restart();
    }
    while (end > start && chunk[end - 1] === RETURN) {
      end--;
      this.returned = true;
    }
    const last = end > start ? chunk.lastIndexOf(RETURN, end - 1) : -1;
    if (last >= start) {
      this.clear();
      start = last + 1;
    }
    this.append(chunk, start, end);
  }

  private restart(): void {
    this.returned = false;
    this.clear();
  }

  private clear(): void {
    const open = this.open;
    open.headBytes = 0;
    open.bytes = 0;
    open.overflow = [];
    open.generation++;
  }

  private append(chunk: Uint8Array, start: number, end: number): void {
    const open = this.open;
    const toHead = Math.min(end - start, this.maxLineBytes - open.headBytes);
    if (toHead > 0) {
      this.reserve(open.headBytes + toHead);
      open.head.set(chunk.subarray(start, start + toHead), open.headBytes);
      open.headBytes += toHead;
    }
    // Copied (Buffer's own slice is a view): a view would keep the whole chunk, which may be much larger.
    if (end - start > toHead) open.overflow.push(Uint8Array.prototype.slice.call(chunk, start + toHead, end));
    open.bytes += end - start;
  }

  private reserve(bytes: number): void {
    const open = this.open;
    if (open.head.length >= bytes) return;
    const grown = new Uint8Array(Math.min(this.maxLineBytes, Math.max(256, bytes, open.head.length * 2)));
    grown.set(open.head.subarray(0, open.headBytes));
    open.head = grown;
  }

  private finish(timeUs: number, ended: boolean): void {
    const open = this.open;
    if (ended || open.bytes > 0 || !this.returned) this.sink.handleOpenLine(open, timeUs, ended);
    // A head that grew is given back, so that one long line does not stay in memory for the rest of the run.
    if (open.head.length > 65_536) open.head = NOTHING;
    open.line = 0;
    open.headBytes = 0;
    open.bytes = 0;
    open.overflow = [];
    open.generation++;
    this.returned = false;
  }
}
