import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, type OpenLine } from '../../../electron/server/logs/lineSplitter.ts';
import { type ReferenceLine, referenceLines } from '../../helpers/referenceLines.ts';

function split(
  chunks: readonly (readonly number[])[],
  maxLineBytes: number,
  asBuffer: boolean,
  takesMany = true,
): ReferenceLine[] {
  const out: ReferenceLine[] = [];
  let lines = 0;
  const sink = {
    nextLine: () => ++lines,
    handleLine: (_line: number, chunk: Uint8Array, start: number, end: number) =>
      out.push({ bytes: [...chunk.subarray(start, end)], trueBytes: end - start, ended: true }),
    handleLines: (chunk: Uint8Array, start: number, end: number) => {
      if (!takesMany) return false;
      expect(chunk[end - 1]).toBe(10);
      expect(chunk.includes(13)).toBe(false);
      for (let from = start; from < end; ) {
        const to = chunk.indexOf(10, from);
        sink.handleLine(++lines, chunk, from, to);
        from = to + 1;
      }
      return true;
    },
    handleOpenLine: (open: OpenLine, _timeUs: number, ended: boolean) =>
      out.push({ bytes: [...open.head.subarray(0, open.headBytes)], trueBytes: open.bytes, ended }),
  };
  const splitter = new LineSplitter(sink as never, maxLineBytes);
  let timeUs = 0;
  for (const chunk of chunks) splitter.push(asBuffer ? Buffer.from(chunk) : Uint8Array.from(chunk), ++timeUs);
  splitter.end(++timeUs);
  return out;
}

// Mostly the bytes that matter, and any others.
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(10, 13, 65, 0, 27, 0xe2, 0x94, 0x9c) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);

describe('LineSplitter', () => {
  it('LOG-01 any bytes in any chunks give the same lines as the whole stream cut at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(byte, { maxLength: 12 }), { maxLength: 12 }),
        fc.constantFrom(1, 3, 1000),
        fc.boolean(),
        fc.boolean(),
        (chunks, maxLineBytes, asBuffer, takesMany) => {
          expect(split(chunks, maxLineBytes, asBuffer, takesMany)).toEqual(referenceLines(chunks.flat(), maxLineBytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('LOG-04 a progress bar stays one line with its last state, however its bytes are cut', () => {
    const text = Array.from({ length: 101 }, (_, i) => `\r${i}%`).join('');
    for (const size of [1, 2, 3, 7, 1000]) {
      const bytes = [...Buffer.from(`${text}\nnext\r\n`)];
      const chunks: number[][] = [];
      for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.slice(i, i + size));
      const lines = split(chunks, 1000, true).map((line) => String.fromCharCode(...line.bytes));
      expect(lines).toEqual(['100%', 'next']);
    }
  });

  it('memory of a line that never ends is bounded: the bytes beyond the limit are handed on', () => {
    let taken = 0;
    let last: OpenLine | undefined;
    const splitter = new LineSplitter(
      {
        nextLine: () => 1,
        handleLine: () => {},
        handleLines: () => false,
        handleOpenLine: (open) => {
          last = { ...open };
        },
      },
      100,
    );
    for (let i = 0; i < 50; i++) {
      splitter.push(Buffer.alloc(30, 65), i);
      for (const part of splitter.open.overflow) taken += part.length;
      splitter.open.overflow = [];
    }
    splitter.end(99);
    expect(last?.headBytes).toBe(100);
    expect(last?.head.length).toBeLessThanOrEqual(256);
    expect(last?.bytes).toBe(1500);
    expect(taken).toBe(1400);
  });
});
