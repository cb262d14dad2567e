import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StampedLines } from '../../../../electron/server/runtime/kubernetes/stampedLines.ts';

const stamp = (n: number): string => `2026-03-01T10:00:00.${String(n).padStart(9, '0')}Z`;

describe('a log with times', () => {
  test('is the same lines however it was cut', () => {
    const texts = fc.array(
      fc.string().map((text) => text.replaceAll('\n', ' ')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(400)), (lines, cuts) => {
        const whole = Buffer.from(lines.map((text, index) => `${stamp(index + 1)} ${text}\n`).join(''));
        const reader = new StampedLines();
        const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
        const parts = [0, ...places].map((from, index) => whole.subarray(from, places[index] ?? whole.length));
        const read = [...parts.flatMap((part) => reader.add(part)), ...reader.flush()];
        expect(read.map(({ data }) => data.toString())).toEqual(lines.map((text) => `${text}\n`));
      }),
    );
  });

  test('times are µs', () => {
    const [line] = new StampedLines().add(Buffer.from('2026-03-01T10:00:00.123456789Z hello\n'));
    expect(line?.timeUs).toBe(Date.parse('2026-03-01T10:00:00.123Z') * 1000 + 456);
  });

  test('what was there already is left out when the log is read again', () => {
    const reader = new StampedLines();
    reader.add(Buffer.from(`${stamp(1)} a\n${stamp(2)} b\n`));
    const again = reader.add(Buffer.from(`${stamp(1)} a\n${stamp(2)} b\n${stamp(3)} c\n`));
    expect(again.map(({ data }) => data.toString())).toEqual(['c\n']);
  });

  test('a last line without an end is not lost', () => {
    const reader = new StampedLines();
    expect(reader.add(Buffer.from(`${stamp(1)} last words`))).toEqual([]);
    expect(reader.flush().map(({ data }) => data.toString())).toEqual(['last words']);
  });

  test('what a node says of a container that is gone is no line of its log', () => {
    const reader = new StampedLines();
    reader.add(Buffer.from(`${stamp(1)} last words\nunable to retrieve container logs for containerd://d5292ef8`));
    expect(reader.flush()).toEqual([]);
    expect(reader.add(Buffer.from('another word of the node\n'))).toHaveLength(1);
  });
});
