import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteRange } from '../../../electron/server/api/http/byteRange.ts';

it.each([
  [undefined, 10, undefined],
  ['bytes=0-0', 10, { start: 0, end: 0 }],
  ['bytes=2-', 10, { start: 2, end: 9 }],
  ['bytes=2-99', 10, { start: 2, end: 9 }],
  ['bytes=-3', 10, { start: 7, end: 9 }],
  ['bytes=-30', 10, { start: 0, end: 9 }],
  ['bytes=10-', 10, 'outside'],
  ['bytes=-0', 10, 'outside'],
  ['bytes=0-', 0, 'outside'],
  ['bytes=5-2', 10, undefined],
  ['bytes=0-1,4-5', 10, undefined],
  ['items=0-1', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=a-b', 10, undefined],
])('Range: %s of %d bytes', (header, bytes, range) => {
  expect(byteRange(header, bytes)).toEqual(range);
});

it('any header gives a part of what is there, or none', () => {
  const number = fc.oneof(fc.constant(''), fc.nat(30).map(String));
  fc.assert(
    fc.property(number, number, fc.nat(20), (from, to, bytes) => {
      const range = byteRange(`bytes=${from}-${to}`, bytes);
      if (typeof range !== 'object') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(bytes);
    }),
  );
});
