import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { writeFileAtomic } from '../host/files.ts';
import type { StoredSpan } from './span.ts';
import { addToPart, partOf, type TracePart } from './tracePart.ts';

/** Bytes that are read at once when the spans of a trace are gathered. */
const READ_BYTES = 1024 * 1024;

const NEWLINE = 10;

/**
 * One file of spans, a line of JSON each, and what it holds of which trace. The latter is written beside it when the file
 * is full; after a crash it is made anew from the lines, of which only the last one can be torn.
 */
export class TraceSegment {
  readonly parts = new Map<string, TracePart>();
  /** Bytes of the file, those that are not yet written included. */
  bytes = 0;
  /** ms since 1970: earliest start and latest end of a span. */
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = 0;
  private handle: FileHandle | undefined;

  constructor(
    readonly number: number,
    private readonly file: string,
  ) {}

  /** Reads a segment of an earlier life. */
  static async load(number: number, file: string): Promise<TraceSegment> {
    const segment = new TraceSegment(number, file);
    if (!(await segment.loadIndex())) {
      await segment.scan();
      await segment.seal();
    }
    return segment;
  }

  /** Counts a span that will be written next; returns its line. */
  add(span: StoredSpan): string {
    // The id comes first whatever the order of the members: that is how lines of a trace are told.
    const { traceId, ...rest } = span;
    const line = `${JSON.stringify({ traceId, ...rest })}\n`;
    this.count(span, Buffer.byteLength(line));
    return line;
  }

  /** Appends lines that {@link add} made, in their order. */
  async write(lines: string): Promise<void> {
    this.handle ??= await open(this.file, 'a', 0o600);
    await this.handle.appendFile(lines);
  }

  /** Writes what it holds of which trace, and lets go of the file. */
  async seal(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
    if (this.bytes === 0) return;
    const index = { bytes: this.bytes, parts: [...this.parts] };
    await writeFileAtomic(this.indexFile(), JSON.stringify(index), { durable: false });
  }

  /** Lets go of the file, which is then read as after a crash. */
  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await Promise.all([rm(this.file, { force: true }), rm(this.indexFile(), { force: true })]);
  }

  /** The spans of a trace that are in this file. */
  async read(traceId: string): Promise<StoredSpan[]> {
    const part = this.parts.get(traceId);
    if (!part) return [];
    const head = Buffer.from(lineHead(traceId));
    const spans: StoredSpan[] = [];
    await this.eachLine(part.start, part.end, (line) => {
      if (line.length > head.length && head.equals(line.subarray(0, head.length)))
        spans.push(parse(line) as StoredSpan);
    });
    return spans.filter(Boolean);
  }

  private count(span: StoredSpan, length: number): void {
    const start = this.bytes;
    this.bytes += length;
    const part = this.parts.get(span.traceId);
    if (part) addToPart(part, span, this.bytes);
    else this.parts.set(span.traceId, partOf(span, start, this.bytes));
    this.firstAt = Math.min(this.firstAt, span.startedAt);
    this.lastAt = Math.max(this.lastAt, span.startedAt + span.durationMs);
  }

  /** False when there is no index, or one that is not of this file. */
  private async loadIndex(): Promise<boolean> {
    try {
      const { bytes, parts } = JSON.parse(await readFile(this.indexFile(), 'utf8')) as {
        bytes: number;
        parts: [string, TracePart][];
      };
      if ((await stat(this.file)).size < bytes) return false;
      this.bytes = bytes;
      for (const [traceId, part] of parts) {
        this.parts.set(traceId, part);
        this.firstAt = Math.min(this.firstAt, part.firstAt);
        this.lastAt = Math.max(this.lastAt, part.lastAt);
      }
      return true;
    } catch {
      return false;
    }
  }

  private async scan(): Promise<void> {
    const { size } = await stat(this.file);
    await this.eachLine(0, size, (line) => {
      const span = parse(line);
      if (span) this.count(span, line.length + 1);
      else this.bytes += line.length + 1;
    });
  }

  /** Calls `take` with each whole line between two bytes, without its end. */
  private async eachLine(start: number, end: number, take: (line: Buffer) => void): Promise<void> {
    const handle = await open(this.file, 'r');
    try {
      let rest = Buffer.alloc(0);
      for (let at = start; at < end; ) {
        const { buffer, bytesRead } = await handle.read(
          Buffer.allocUnsafe(Math.min(READ_BYTES, end - at)),
          0,
          Math.min(READ_BYTES, end - at),
          at,
        );
        if (bytesRead === 0) break;
        at += bytesRead;
        const chunk = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        let from = 0;
        for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
          take(chunk.subarray(from, to));
          from = to + 1;
        }
        rest = chunk.subarray(from);
      }
    } finally {
      await handle.close();
    }
  }

  private indexFile(): string {
    return `${this.file}.index`;
  }
}

/** How the line of a span of this trace begins. */
function lineHead(traceId: string): string {
  return `{"traceId":"${traceId}"`;
}

function parse(line: Buffer): StoredSpan | undefined {
  try {
    const span = JSON.parse(line.toString()) as StoredSpan;
    return typeof span.traceId === 'string' && typeof span.spanId === 'string' ? span : undefined;
  } catch {
    return undefined;
  }
}
