import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameBuffer } from '../../../electron/server/logs/frameBuffer.ts';
import { FrameWalker } from '../../../electron/server/logs/logFrame.ts';

/** Every record of a buffer, with all that its frame says. */
function recordsOf(buffer: FrameBuffer): unknown[] {
  const walker = new FrameWalker(buffer.bytes.subarray(0, buffer.length), 1_000);
  const records: unknown[] = [];
  while (walker.next()) {
    const { stream, flags, level, timeUs, line } = walker;
    records.push({ stream, flags, level, timeUs, line, text: walker.text() });
  }
  expect({ damaged: walker.damaged, end: walker.end }).toEqual({ damaged: false, end: buffer.length });
  return records;
}

// Bytes that matter, and any others; no line ends.
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(27, 0, 65, 0xc3, 0xbf, 0x0b, 0x1a, 0x8a, 0x9b, 127, 128) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 255 }).map((value) => (value === 10 || value === 13 ? 32 : value)),
  },
);
const line = fc.oneof(
  fc.array(byte, { maxLength: 9 }),
  fc.constantFrom('ERROR gone', '\x1b[33mwarn\x1b[0m: x', 'nothing', '').map((text) => [...Buffer.from(text)]),
);

describe('FrameBuffer', () => {
  it('many lines at once become the records that each of them becomes alone', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.array(byte, { maxLength: 5 }),
        (lines, shift, relativeUs, rest) => {
          const bytes = lines.flatMap((one) => [...one, 10]);
          const chunk = Buffer.from([...new Array<number>(shift).fill(65), ...bytes, ...rest]);
          const many = new FrameBuffer();
          const count = many.addLines(1, relativeUs, 7, chunk, shift, shift + bytes.length);
          expect(count).toBe(lines.length);
          const alone = lines.map((one, index) => {
            const buffer = new FrameBuffer();
            buffer.addLines(1, relativeUs, 7 + index, Buffer.from([...one, 10]), 0, one.length + 1);
            return recordsOf(buffer)[0];
          });
          expect(recordsOf(many)).toEqual(alone);
          const bySlowWay = new FrameBuffer();
          lines.forEach((one, index) => {
            const { level } = alone[index] as { level: number };
            bySlowWay.add(1, 0, level, relativeUs, 7 + index, Buffer.from(one), 0, one.length, 0);
          });
          expect(recordsOf(bySlowWay)).toEqual(alone);
          expect(many.lastTexts(4096).map((bytes) => [...bytes])).toEqual(lines);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a header with any byte changed is found damaged', () => {
    const buffer = new FrameBuffer();
    buffer.addLines(0, 0x123456789a, 0x01020304, Buffer.from('INFO text\n'), 0, 10);
    for (let at = 0; at < 19; at++) {
      const bytes = Buffer.from(buffer.bytes.subarray(0, buffer.length));
      bytes[at] = (bytes[at] as number) ^ 0x10;
      const walker = new FrameWalker(bytes, 0);
      expect({ at, whole: walker.next(), damaged: walker.damaged }).toEqual({ at, whole: false, damaged: true });
    }
  });
});
