import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelOfLine } from '../../../electron/server/logs/lineLevel.ts';
import { detectLevel, LEVEL_SEARCH_CHARS, LEVEL_SEARCH_JSON_CHARS } from '../../../shared/lib/logLevels.ts';

/** What a level is, said by the regular expressions. */
function expected(line: string): number {
  const isJson = line.slice(0, LEVEL_SEARCH_CHARS).trimStart().startsWith('{');
  return detectLevel(line.slice(0, isJson ? LEVEL_SEARCH_JSON_CHARS : LEVEL_SEARCH_CHARS));
}

function levelWithin(line: string, before: string, after: string): number {
  const bytes = Buffer.from(before + line + after, 'latin1');
  return levelOfLine(bytes, before.length, before.length + line.length, line.includes('\x1b'));
}

const words =
  'trace trc trce verbose silly finest finer fine debug dbg dbug info inf notice config warn warning wrn error err fail fatal severe critical crit panic emerg alert dpanic';
const word = fc
  .tuple(fc.constantFrom(...words.split(' ')), fc.constantFrom('lower', 'upper', 'title'))
  .map(([text, sort]) =>
    sort === 'lower' ? text : sort === 'upper' ? text.toUpperCase() : `${text[0]?.toUpperCase()}${text.slice(1)}`,
  );
const piece = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 6, arbitrary: fc.constantFrom(...' \t:!-[]()<>{}|,=/"\'.\xa0') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[',
      '\x1b',
      '    ',
      'level=',
      'lvl="',
      'severity=',
      '{"',
      '"level":',
      '"lvl":"',
      '"@l":"',
      '"SeverityText" : "',
      '"log.level":"',
      'npm ',
      'E0102 15:04:05 ',
      'Traceback (most recent call last)',
      'Exception in thread ',
      'Unhandled exception',
      'Uncaught ',
      'Caused by: ',
      'java.io.IOException: ',
      'TypeError',
      "thread 'main' panicked at",
      'PHP Fatal error',
      'panic: ',
      'fatal error: ',
      '2026-01-31T12:00:00.123Z',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('10', '30', '50', '7', 'x', 'S', 'ÿ', 'x'.repeat(70), ' '.repeat(160)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) },
);
// A line has no line ends.
const line = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('').replaceAll('\n', ''));

describe('levelOfLine', () => {
  it('says of any bytes what the rules for levels say of their text, whatever stands around the line', () => {
    fc.assert(
      fc.property(
        line,
        fc.constantFrom('', '\n', 'ERROR\n', '   '),
        fc.constantFrom('', '\n', 'ERROR', ':'),
        (text, before, after) => {
          expect(levelWithin(text, before, after)).toBe(expected(text));
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
