import type { LogSearch } from './logSource.ts';
import type { TextRange } from './spans.ts';

/** Finds the matches in a line that is drawn. */
export type MatchFinder = (text: string) => readonly TextRange[];

/** More matches than this in one line are not marked: a line of ten thousand spaces is no help in yellow. */
const maxMatchesPerLine = 200;

/** Only so much of a line is marked, characters. */
const maxMarkedLength = 8192;

/** Repetition of something that repeats, or of a choice, or a back reference: what can take for ever on a few characters. */
const canExplode = /\\[1-9]|\\k<|\((?:[^()\\]|\\.)*[+*}|](?:[^()\\]|\\.)*\)[+*{]/u;

function toExpression(search: LogSearch): RegExp | undefined {
  const flags = search.caseSensitive ? 'gu' : 'giu';
  if (!search.regex) return new RegExp(search.pattern.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'), flags);
  if (canExplode.test(search.pattern)) return undefined;
  try {
    return new RegExp(search.pattern, flags);
  } catch {
    return undefined;
  }
}

/**
 * A finder of what `search` matches, for marking on the screen; undefined when there is nothing to mark. Finding lines is
 * the server's work, with an engine that no pattern can hang. Here the browser's is used, so patterns that could hang it
 * are not marked; the lines are found all the same.
 */
export function matchFinder(search: LogSearch | undefined): MatchFinder | undefined {
  const expression = search && toExpression(search);
  if (!expression) return undefined;
  return (text) => {
    const ranges: TextRange[] = [];
    for (const match of text.slice(0, maxMarkedLength).matchAll(expression)) {
      if (match[0] === '') continue;
      ranges.push({ start: match.index, end: match.index + match[0].length });
      if (ranges.length >= maxMatchesPerLine) break;
    }
    return ranges;
  };
}
