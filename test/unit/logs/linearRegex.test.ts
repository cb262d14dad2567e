import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothCases, escapeRegex, linearRegex } from '../../../electron/server/logs/linearRegex.ts';

describe('linearRegex', () => {
  it.each([
    ['(a+)+b', 'a'],
    ['(a|a)*b', 'a'],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'],
    ['(.*)*=(.*)*z', 'x='],
    ['(\\w+\\s?)*#$', 'word '],
    ['(é+)+b', 'é'],
  ])('a hostile pattern ends: /%s/', (pattern, repeated) => {
    const regex = linearRegex(pattern, { caseSensitive: false });
    // The usual engine would need longer than the universe has for this.
    expect(regex.test(`${repeated.repeat(2000)}!`)).toBe(false);
  });

  it.each(['(a)\\1', '(?=a)b', '(?<!a)b', 'a{1,5000}'])(
    'a pattern that cannot be made linear is refused: /%s/',
    (pattern) => {
      expect(() => linearRegex(pattern, { caseSensitive: true })).toThrow(
        expect.objectContaining({ code: 'logs.bad-regex' }) as Error,
      );
    },
  );

  it('a pattern that is none is refused with the reason', () => {
    expect(() => linearRegex('a(', { caseSensitive: true })).toThrow(/Unterminated group/);
  });

  it('upper and lower case are the same when asked for', () => {
    expect(linearRegex('error', { caseSensitive: false }).test('an ERROR')).toBe(true);
    expect(linearRegex('[a-c]x', { caseSensitive: false }).test('BX')).toBe(true);
    expect(linearRegex('[^a]', { caseSensitive: false }).test('A')).toBe(false);
    expect(linearRegex('(?<name>größe)', { caseSensitive: false }).test('GRÖßE')).toBe(true);
    expect(linearRegex('\\bA\\d\\x41\\u0041', { caseSensitive: false }).test('a1AA')).toBe(true);
    expect(linearRegex('error', { caseSensitive: true }).test('an ERROR')).toBe(false);
  });

  it('matches what the flag i matches, for plain text and classes', () => {
    const piece = fc.oneof(
      fc.constantFrom('a', 'B', '\\d', '\\w', '.', 'é', '[a-f]', '[^xY]', '\\.', '(?:ab|CD)', 'q?', 'z+', '[A\\-z]'),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom('a', 'A', 'b', 'B', 'é', 'É', 'x', 'y', 'Y', 'z', 'Z', '-', '.', '1', 'c', 'D'), {
          maxLength: 10,
        }),
        (pieces, chars) => {
          const source = pieces.join('');
          const text = chars.join('');
          expect(new RegExp(bothCases(source), 's').exec(text)?.[0]).toBe(new RegExp(source, 'is').exec(text)?.[0]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('escaped text matches itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(new RegExp(`^${escapeRegex(text)}$`, 's').test(text)).toBe(true);
      }),
    );
  });
});
