const NEWLINE = 0x0a;
const SPACE = 0x20;
/** What a node answers for the log of a container that it has cleared away; nothing that the container wrote. */
const IS_GONE = /unable to retrieve container logs for|an error occurred when try to find container/;

/** A line of a log with the time that the node took it at. */
export interface StampedLine {
  /** As it came, e.g. `2026-03-01T10:00:00.123456789Z`; they sort as text. */
  stamp: string;
  /** µs since 1970. */
  timeUs: number;
  /** With its line end, if it had one. */
  data: Buffer;
}

/**
 * Takes a log of Kubernetes apart, where a time stands before each line. A line that was there already (when a broken
 * follow is taken up again) is left out.
 */
export class StampedLines {
  private rest: Buffer = Buffer.alloc(0);
  /** Of the last line that was passed on; empty before the first. */
  last = '';

  add(data: Buffer): StampedLine[] {
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, data]) : data;
    const lines: StampedLine[] = [];
    let from = 0;
    for (let end = all.indexOf(NEWLINE, from); end >= 0; end = all.indexOf(NEWLINE, from)) {
      const line = this.line(all.subarray(from, end + 1));
      if (line) lines.push(line);
      from = end + 1;
    }
    this.rest = Buffer.from(all.subarray(from));
    return lines;
  }

  /** What came after the last line end. */
  flush(): StampedLine[] {
    const line = this.rest.length > 0 ? this.line(this.rest) : undefined;
    this.rest = Buffer.alloc(0);
    return line ? [line] : [];
  }

  private line(whole: Buffer): StampedLine | undefined {
    const space = whole.indexOf(SPACE);
    const stamp = whole.toString('latin1', 0, Math.max(0, space));
    const ms = Date.parse(stamp);
    // The node's own words have no time.
    if (Number.isNaN(ms) && IS_GONE.test(whole.toString('latin1'))) return undefined;
    if (Number.isNaN(ms)) return { stamp: this.last, timeUs: Date.now() * 1000, data: whole };
    if (stamp <= this.last) return undefined;
    this.last = stamp;
    const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? '';
    const micros = Number(fraction.padEnd(6, '0').slice(3, 6));
    return { stamp, timeUs: ms * 1000 + micros, data: whole.subarray(space + 1) };
  }
}
