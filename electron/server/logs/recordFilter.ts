import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import { stripAnsi } from '../../../shared/lib/ansiText.ts';
import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { levelNumber } from '../../../shared/lib/logLevels.ts';
import { escapeRegex, linearRegex } from './linearRegex.ts';
import { LiteralSearch } from './literalSearch.ts';
import { FrameFlag, type FrameWalker, STREAMS } from './logFrame.ts';
import type { LogStream } from './logStore.ts';
import { requiredLiteral } from './requiredLiteral.ts';

/** The parts of a query that look at one record. */
export type RecordFilterQuery = Pick<
  LogQuery,
  'sinceUs' | 'untilUs' | 'levels' | 'stream' | 'text' | 'regex' | 'caseSensitive'
> & { streams?: readonly string[] };

/** Decides whether a record fits a query. Times are left to whoever walks the files: they are in order. */
export class RecordFilter {
  /** Bits of the levels wanted; a record without a level counts as info. */
  private readonly levelMask: number;
  private readonly streamMask: number;
  private readonly pattern: RegExp | undefined;
  /** Text that every record that fits contains, unless escape codes stand in between. */
  private readonly literal: LiteralSearch | undefined;
  /** The literal alone decides. */
  private readonly isPlain: boolean;

  constructor(private readonly query: RecordFilterQuery) {
    this.levelMask = levelMaskOf(query.levels);
    const streams = [...(query.streams ?? []), ...(query.stream ? [query.stream] : [])];
    this.streamMask = streams.length === 0 ? 0xff : streams.reduce((mask, name) => mask | (1 << streamNumber(name)), 0);
    if (query.regex) {
      this.pattern = linearRegex(query.regex, { caseSensitive: query.caseSensitive });
      const literal = requiredLiteral(query.regex);
      this.literal = literal.length > 1 ? new LiteralSearch(literal, query.caseSensitive) : undefined;
    } else if (query.text) {
      // Case is folded by V8 itself (`i`): plain text cannot backtrack.
      this.pattern = new RegExp(escapeRegex(query.text), query.caseSensitive ? 's' : 'is');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
      const isBytes = query.caseSensitive || /^[\x00-\x7f]*$/.test(query.text);
      this.literal = isBytes ? new LiteralSearch(query.text, query.caseSensitive) : undefined;
    }
    this.isPlain = this.literal !== undefined && !query.regex;
  }

  /** The same filter, to be used side by side with this one: each keeps in mind where in a stretch of file it stands. */
  fork(): RecordFilter {
    return new RecordFilter(this.query);
  }

  /** Every record fits. */
  get isEmpty(): boolean {
    return this.levelMask === 0x7f && this.streamMask === 0xff && this.pattern === undefined;
  }

  /** Headers of records are enough to decide. */
  get needsText(): boolean {
    return this.pattern !== undefined;
  }

  /** There is a text that every record that fits contains: {@link mayFit} can say no. */
  get hasLiteral(): boolean {
    return this.literal !== undefined;
  }

  /** Only levels decide: the counts of the index are enough. */
  get levelsOnly(): boolean {
    return this.streamMask === 0xff && this.pattern === undefined;
  }

  /** Bits of the levels that fit. */
  get levels(): number {
    return this.levelMask;
  }

  fitsLevel(level: number): boolean {
    return (this.levelMask & (1 << level)) !== 0;
  }

  /** The record is of a stream that the query wants. */
  fitsStream(record: FrameWalker): boolean {
    return (this.streamMask & (1 << record.stream)) !== 0;
  }

  fits(record: FrameWalker): boolean {
    if ((this.levelMask & (1 << record.level)) === 0 || (this.streamMask & (1 << record.stream)) === 0) return false;
    if (!this.pattern) return true;
    if (record.flags & FrameFlag.escape) return this.pattern.test(stripAnsi(record.text()));
    if (!this.literal) return this.pattern.test(record.text());
    // Hits in headers or across records are passed over.
    if (this.literal.next(record.bytes, record.textStart) + this.literal.length > record.textEnd) return false;
    return this.isPlain || this.pattern.test(record.text());
  }

  /**
   * Whether any record of a stretch that has not been walked yet may fit. `flags`: what its records have together, see
   * {@link SegmentIndex.flagsOf}.
   */
  mayFit(bytes: Buffer, flags: number): boolean {
    if (!this.literal || flags & FrameFlag.escape) return true;
    return Number.isFinite(this.literal.next(bytes, 0));
  }

  /** The same question about the part [from, end) of a stretch; `from` only ever grows. */
  mayFitWithin(bytes: Buffer, from: number, end: number, flags: number): boolean {
    if (!this.literal || flags & FrameFlag.escape) return true;
    return this.literal.next(bytes, from) < end;
  }

  /** The same question about a line that has not ended. */
  fitsPartial(stream: LogStream, text: string): boolean {
    if ((this.levelMask & (1 << 3)) === 0 || (this.streamMask & (1 << streamNumber(stream))) === 0) return false;
    return this.pattern ? this.pattern.test(stripAnsi(text)) : true;
  }
}

/** The levels of a query as bits; names that are no level match nothing. */
export function levelMaskOf(levels: readonly string[] | undefined): number {
  if (!levels || levels.length === 0) return (1 << LOG_LEVELS.length) - 1;
  let mask = 0;
  for (const name of levels) mask |= 1 << levelNumber(name);
  mask &= ~1;
  return mask & (1 << 3) ? mask | 1 : mask;
}

function streamNumber(name: string): number {
  const number = STREAMS.indexOf(name as LogStream);
  return number < 0 ? 31 : number;
}
