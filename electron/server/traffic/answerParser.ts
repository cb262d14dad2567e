import {
  type AnswerHead,
  CHUNKED,
  InvalidAnswer,
  parseHead,
  readField,
  readFraming,
  UNTIL_CLOSE,
  withoutReturn,
} from './answerHead.ts';
import { MAX_HEADER_BYTES } from './limits.ts';

/** Is told an answer piece by piece. */
export interface AnswerListener {
  /** 1xx: another head follows. */
  handleInterim(head: AnswerHead): void;
  handleHead(head: AnswerHead): void;
  /** Bytes of the body, without framing, which are good until it returns; `isLast` when it is known that no more follow. */
  handleBody(chunk: Buffer, isLast: boolean): void;
  /** The answer is complete. `trailers` is a flat list of names and values. */
  handleEnd(trailers: string[]): void;
}

/**
 * What the next bytes are: the head; `length`, bytes of a known number; `close`, everything until the connection ends; the
 * parts of a chunked body; nothing of this answer.
 */
type State = 'head' | 'length' | 'close' | 'chunkSize' | 'chunk' | 'chunkEnd' | 'trailers' | 'done';

/** Characters of a chunk's size line, extensions included. Nobody sends extensions; a line without an end must not fill memory. */
const MAX_CHUNK_LINE = 4096;

/**
 * Reads one answer in HTTP/1.x out of chunks of any size (RFC 9112). It is strict where leniency would let two readers
 * disagree about where the answer ends: a length together with chunks, two lengths, a folded header, any coding but
 * `chunked` last. Lines may end in a bare newline, since the answer is written anew for the client.
 *
 * Node's own client is not used for this, because it is where a third of the time of a forwarded request went, and because
 * it gives up an upload as soon as the answer is complete.
 */
export class AnswerParser {
  private state: State = 'head';
  private left = 0;
  private rest: Buffer | undefined;
  private trailers: string[] = [];

  /** `isHead`: the answer to HEAD, which has no body whatever it says. */
  constructor(
    private readonly isHead: boolean,
    private readonly listener: AnswerListener,
  ) {}

  get isDone(): boolean {
    return this.state === 'done';
  }

  /**
   * Takes the next bytes, which the caller may use anew afterwards; returns how many of them lie behind the end of the answer.
   * Throws {@link InvalidAnswer}.
   */
  push(chunk: Buffer): number {
    let bytes = chunk;
    if (this.rest) {
      bytes = Buffer.concat([this.rest, chunk]);
      this.rest = undefined;
    }
    let at = 0;
    while (at < bytes.length && this.state !== 'done') {
      const next = this.step(bytes, at);
      if (next < 0) {
        this.rest = Buffer.from(bytes.subarray(at));
        return 0;
      }
      at = next;
    }
    return bytes.length - at;
  }

  /** The service has ended its side. True when the answer is complete with that. */
  end(): boolean {
    if (this.state !== 'close') return this.state === 'done';
    this.finish();
    return true;
  }

  /** Reads one piece that begins at `at`; returns where the next begins, or -1 when the piece is not whole yet. */
  private step(bytes: Buffer, at: number): number {
    switch (this.state) {
      case 'head':
        return this.readHead(bytes, at);
      case 'length':
      case 'chunk': {
        const end = Math.min(bytes.length, at + this.left);
        this.left -= end - at;
        const isLast = this.left === 0 && this.state === 'length';
        const piece = at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
        if (this.left === 0 && this.state === 'chunk') this.state = 'chunkEnd';
        this.listener.handleBody(piece, isLast);
        if (isLast) this.finish();
        return end;
      }
      case 'close':
        this.listener.handleBody(at === 0 ? bytes : bytes.subarray(at), false);
        return bytes.length;
      case 'chunkSize':
        return this.readChunkSize(bytes, at);
      case 'chunkEnd': {
        const end = lineEnd(bytes, at, 2);
        if (end < 0) return -1;
        if (lineText(bytes, at, end) !== '') throw new InvalidAnswer('a chunk is longer than it says');
        this.state = 'chunkSize';
        return end + 1;
      }
      case 'trailers': {
        const end = lineEnd(bytes, at, MAX_HEADER_BYTES);
        if (end < 0) return -1;
        const line = lineText(bytes, at, end);
        if (line === '') this.finish();
        else readField(line, this.trailers);
        return end + 1;
      }
      case 'done':
        return at;
    }
  }

  private readChunkSize(bytes: Buffer, at: number): number {
    const end = lineEnd(bytes, at, MAX_CHUNK_LINE);
    if (end < 0) return -1;
    const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(lineText(bytes, at, end))?.[1];
    if (size === undefined) throw new InvalidAnswer('the size of a chunk is no number');
    this.left = Number.parseInt(size, 16);
    this.state = this.left === 0 ? 'trailers' : 'chunk';
    return end + 1;
  }

  private readHead(bytes: Buffer, at: number): number {
    // The empty line behind the head, whichever way its lines end.
    let end = bytes.indexOf('\n\r\n', at, 'latin1');
    const bare = (end < 0 ? bytes.subarray(at) : bytes.subarray(at, end)).indexOf('\n\n', 0, 'latin1');
    const length = bare >= 0 ? 2 : 3;
    if (bare >= 0) end = at + bare;
    if ((end < 0 ? bytes.length : end) - at > MAX_HEADER_BYTES) throw new InvalidAnswer('its head is too large');
    if (end < 0) {
      // What is no HTTP at all may never have an empty line.
      if (bytes.length - at >= 5 && bytes.toString('latin1', at, at + 5) !== 'HTTP/')
        throw new InvalidAnswer('no status line');
      return -1;
    }
    this.takeHead(bytes.toString('latin1', at, end));
    return end + length;
  }

  private takeHead(text: string): void {
    const head = parseHead(text);
    const { status } = head;
    const framing = readFraming(head);
    if (status < 200) {
      if (status === 101) throw new InvalidAnswer('it switches protocols unasked');
      this.listener.handleInterim(head);
      return;
    }
    const hasNoBody = this.isHead || status === 204 || status === 304 || framing === 0;
    if (!hasNoBody && framing === UNTIL_CLOSE) head.keepsAlive = false;
    if (hasNoBody) this.state = 'done';
    else if (framing === CHUNKED) this.state = 'chunkSize';
    else if (framing === UNTIL_CLOSE) this.state = 'close';
    else {
      this.state = 'length';
      this.left = framing;
    }
    this.listener.handleHead(head);
    if (hasNoBody) this.finish();
  }

  private finish(): void {
    this.state = 'done';
    this.listener.handleEnd(this.trailers);
  }
}

/** Index of the newline of the line that begins at `at`; -1 when it is not there yet. Throws when the line is too long. */
function lineEnd(bytes: Buffer, at: number, limit: number): number {
  const end = bytes.indexOf(10, at);
  if ((end < 0 ? bytes.length : end) - at > limit) throw new InvalidAnswer('a line is too long');
  return end;
}

function lineText(bytes: Buffer, at: number, end: number): string {
  return withoutReturn(bytes.toString('latin1', at, end));
}
