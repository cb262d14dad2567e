import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requiredLiteral } from '../../../electron/server/logs/requiredLiteral.ts';

describe('the text that every match of a pattern contains', () => {
  it.each([
    ['needle-[a-z]+-hay', 'needle-'],
    ['request \\d+ handle', 'request '],
    ['a|bcd', ''],
    ['(a|b)cde', 'cde'],
    ['ab?cd', 'cd'],
    ['abc*', 'ab'],
    ['abc+de', 'abc'],
    ['ab{0}cd', 'cd'],
    ['a\\.b\\[c', 'a.b[c'],
    ['x\\x41bc', ''],
    ['[abc]', ''],
    ['^GET /api$', 'GET /api'],
    ['größe', 'gr'],
    ['(unclosed', ''],
    ['\\bword\\b', 'word'],
  ])('%s: "%s"', (source, literal) => {
    expect(requiredLiteral(source)).toBe(literal);
  });

  it('no text that matches lacks it, for any pattern', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'ab',
      '.',
      '\\d',
      '[ab]',
      '(a|b)',
      '(?:ab)',
      '\\.',
      '|',
      '^',
      '$',
      '[^a]',
      '1',
    );
    const quantified = fc
      .tuple(piece, fc.constantFrom('', '', '', '*', '+', '?', '{0,2}', '{2}', '*?', '+?'))
      .map(([base, times]) => ('|^$'.includes(base) ? base : base + times));
    const pattern = fc.array(quantified, { maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', '.', '1', 'c'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (source, hay) => {
        if (new RegExp(source, 's').test(hay)) expect(hay).toContain(requiredLiteral(source));
      }),
      { numRuns: 2000 },
    );
  });
});
