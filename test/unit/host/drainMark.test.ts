import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DrainMark } from '../../../electron/server/host/drainMark.ts';

/** Cuts a text into pieces of these lengths; the rest is one more. */
function pieces(text: string, lengths: readonly number[]): string[] {
  const all: string[] = [];
  let at = 0;
  for (const length of lengths) {
    all.push(text.slice(at, at + length));
    at += length;
  }
  return [...all, text.slice(at)];
}

/** Text in which begins of a mark are likely. */
const output = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('\x1b', '\x1b]', '\x1b]6061;', '\x1b]6061;0', '\x07')))
  .map((parts) => parts.join(''));

test('takes the mark alone out of the output, however it is cut, and knows when it was there', () => {
  fc.assert(
    fc.property(output, output, fc.array(fc.integer({ min: 0, max: 40 })), (before, after, lengths) => {
      const mark = new DrainMark();
      const seenBefore = pieces(before, lengths).map((piece) => mark.take(piece));
      expect(mark.isSeen).toBe(false);
      const seenAfter = pieces(mark.text + after, lengths).map((piece) => mark.take(piece));
      expect(mark.isSeen).toBe(true);
      expect([...seenBefore, ...seenAfter].join('')).toBe(before + after);
    }),
  );
});

test('gives back what it held where the mark does not come', () => {
  fc.assert(
    fc.property(output, fc.array(fc.integer({ min: 0, max: 40 })), (text, lengths) => {
      const mark = new DrainMark();
      const all = pieces(text + mark.text.slice(0, 9), lengths).map((piece) => mark.take(piece));
      expect(all.join('') + mark.rest()).toBe(text + mark.text.slice(0, 9));
    }),
  );
});
