import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldInto } from '../../../electron/server/logs/foldCase.ts';
import { LiteralSearch } from '../../../electron/server/logs/literalSearch.ts';

describe('looking for text in raw bytes', () => {
  it('finds every hit, with and without minding the case, in any bytes', () => {
    const letters = fc.constantFrom('a', 'A', 'b', 'B', '[', '@', 'z', 'Z', 'é', '\u001a', ' ');
    const text = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''));
    const needle = fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, needle, fc.boolean(), (hay, wanted, caseSensitive) => {
        const lower = (value: string): string =>
          caseSensitive ? value : value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const bytes = Buffer.from(hay);
        const expected: number[] = [];
        const folded = Buffer.from(lower(hay));
        for (let at = folded.indexOf(lower(wanted)); at >= 0; at = folded.indexOf(lower(wanted), at + 1))
          expected.push(at);
        const search = new LiteralSearch(wanted, caseSensitive);
        const found: number[] = [];
        for (let at = search.next(bytes, 0); Number.isFinite(at); at = search.next(bytes, at + 1)) found.push(at);
        expect(found).toEqual(expected);
      }),
    );
  });

  it('folds only the letters A to Z', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const expected = Buffer.from(all.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)));
    for (const [from, to] of [
      [0, 256],
      [60, 93],
      [1, 2],
    ] as const) {
      const words = new Int32Array(64);
      foldInto(words, all.subarray(from, to));
      expect(Buffer.from(words.buffer, 0, to - from).equals(expected.subarray(from, to))).toBe(true);
    }
  });

  it('finds what lies over the end of a piece, and the last bytes of a long stretch', () => {
    const bytes = Buffer.alloc(200_000, '.');
    const places = [65_534, 131_071, 199_994];
    for (const place of places) bytes.write('NeEdLe', place);
    const search = new LiteralSearch('needle', false);
    const found: number[] = [];
    for (let at = search.next(bytes, 0); Number.isFinite(at); at = search.next(bytes, at + 1)) found.push(at);
    expect(found).toEqual([65_534, 131_071, 199_994]);
    expect(new LiteralSearch('needle', false).next(bytes, 131_072)).toBe(199_994);
  });

  it('two stretches side by side do not disturb each other', () => {
    const search = new LiteralSearch('x', false);
    const [first, second] = [Buffer.from('..X...x'), Buffer.from('x.....X')];
    expect([search.next(first, 0), search.next(second, 1), search.next(first, 3), search.next(second, 2)]).toEqual([
      2, 6, 6, 6,
    ]);
  });

  it('finds what is rare, and what becomes frequent, over stretches much longer than a look', () => {
    const pieces = fc.array(
      fc.record({
        fill: fc.constantFrom('a plain line of text\n', 'nnnneeeedddd\n', 'x', 'NEEDL\n'),
        bytes: fc.nat(60_000),
        hits: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, caseSensitive) => {
        const text = parts
          .map(({ fill, bytes, hits }) => fill.repeat(bytes / fill.length) + ' needle Needle'.repeat(hits))
          .join('');
        const bytes = Buffer.from(text);
        const folded = caseSensitive ? text : text.toLowerCase();
        const expected: number[] = [];
        for (let at = folded.indexOf('needle'); at >= 0; at = folded.indexOf('needle', at + 1)) expected.push(at);
        const search = new LiteralSearch('needle', caseSensitive);
        const found: number[] = [];
        for (let at = search.next(bytes, 0); Number.isFinite(at); at = search.next(bytes, at + 1)) found.push(at);
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
