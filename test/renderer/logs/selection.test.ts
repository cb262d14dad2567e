import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnLine, type LogLine } from '../../../renderer/features/logs/logRow.ts';
import {
  copiedText,
  isEmptySelection,
  lineEnd,
  orderedEnds,
  selectedRange,
  selectRows,
  wordAt,
} from '../../../renderer/features/logs/selection.ts';

function line(text: string): LogLine {
  const rest = { timeUs: 0, service: 'orders', run: 1, stream: 'stdout', line: 1, level: '' };
  return { kind: 'line', ...rest, text, trueBytes: 0, partial: false };
}

function copied(text: string, from: number, to: number): string {
  const { plain, shown } = drawnLine(line(text));
  const selection = { anchor: { row: 7, column: from }, focus: { row: 7, column: to } };
  return copiedText(selection, { row: 7, plain, shown });
}

describe('selecting in a log', () => {
  it('UI-03 every row between the ends is selected as a whole, whichever end came first', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.nat(100), fc.nat(100), (rowA, rowB, columnA, columnB) => {
        const selection = { anchor: { row: rowA, column: columnA }, focus: { row: rowB, column: columnB } };
        const { start, end } = orderedEnds(selection);
        expect(selectedRange(selection, start.row - 1, 100)).toBeUndefined();
        expect(selectedRange(selection, end.row + 1, 100)).toBeUndefined();
        if (end.row - start.row > 1) {
          expect(selectedRange(selection, start.row + 1, 100)).toEqual({ start: 0, end: 100 });
        }
        if (start.row < end.row) {
          expect(selectedRange(selection, start.row, 100)).toEqual({ start: start.column, end: 100 });
          expect(selectedRange(selection, end.row, 100)).toEqual({ start: 0, end: end.column });
        } else if (start.column < end.column) {
          expect(selectedRange(selection, start.row, 100)).toEqual({ start: start.column, end: end.column });
        }
      }),
    );
  });

  it('whole rows reach to the end of lines of any length', () => {
    expect(selectedRange(selectRows(3, 5), 5, 8192)).toEqual({ start: 0, end: 8192 });
    expect(isEmptySelection(selectRows(3, 3))).toBe(false);
    expect(isEmptySelection({ anchor: { row: 3, column: 4 }, focus: { row: 3, column: 4 } })).toBe(true);
  });

  it('a line is copied without its escape codes', () => {
    expect(copied('\u001b[32mGET\u001b[0m /cart', 0, lineEnd)).toBe('GET /cart');
    expect(copied('\u001b[32mGET\u001b[0m /cart', 4, 9)).toBe('/cart');
  });

  it('a whole JSON line is copied as it was written, a part of it as it is shown', () => {
    const json = '{"level":"info","order":8812,"msg":"order placed"}';
    expect(copied(json, 0, lineEnd)).toBe(json);
    expect(copied(json, 0, 'order placed'.length)).toBe('order placed');
  });

  it('a double click takes the word, path or number under it', () => {
    const text = 'at pay (src/pay.ts:31:9) now';
    expect(wordAt(text, 10)).toEqual({ start: 8, end: 23 });
    expect(wordAt(text, 0)).toEqual({ start: 0, end: 2 });
    expect(wordAt('', 0)).toEqual({ start: 0, end: 0 });
  });
});
