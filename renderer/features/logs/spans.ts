import type { AnsiSpan, AnsiStyle } from './ansi.ts';
import type { TextLink } from './links.ts';

/** Characters `start` to `end` of a line. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A stretch of a line that is drawn in one way. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly style?: AnsiStyle;
  readonly url?: string;
  readonly matched: boolean;
  readonly selected: boolean;
}

function covering<T extends TextRange>(ranges: readonly T[], at: number): T | undefined {
  return ranges.find((range) => range.start <= at && at < range.end);
}

/**
 * Cuts a line of `length` characters into pieces so that each piece has one style, one link and is wholly matched or
 * selected or not. Together the pieces are the whole line, in order.
 */
export function cutPieces(
  length: number,
  styles: readonly AnsiSpan[],
  links: readonly TextLink[],
  matches: readonly TextRange[],
  selection: TextRange | undefined,
): Piece[] {
  if (length === 0) return [];
  const selections = selection && selection.end > selection.start ? [selection] : [];
  const cuts = new Set([0, length]);
  for (const range of [...styles, ...links, ...matches, ...selections]) {
    if (range.start > 0 && range.start < length) cuts.add(range.start);
    if (range.end > 0 && range.end < length) cuts.add(range.end);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  for (let index = 0; index + 1 < sorted.length; index++) {
    const start = sorted[index] ?? 0;
    const style = covering(styles, start)?.style;
    const url = covering(links, start)?.url;
    pieces.push({
      start,
      end: sorted[index + 1] ?? length,
      ...(style === undefined ? {} : { style }),
      ...(url === undefined ? {} : { url }),
      matched: covering(matches, start) !== undefined,
      selected: covering(selections, start) !== undefined,
    });
  }
  return pieces;
}
