import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestTo, niceTop, placeOf, timeSpanOf, unbroken } from '../../../renderer/ui/timeChart.ts';

const minute = 60_000;
const at = (...times: number[]) => times.map((time) => ({ at: time, value: time }));

describe('a chart of values over time', () => {
  it('shows at least five minutes, and at most what was asked for', () => {
    const now = 100 * minute;
    expect(timeSpanOf([], now, 60 * minute)).toEqual({ from: 95 * minute, to: now });
    expect(timeSpanOf(at(99 * minute), now, 60 * minute)).toEqual({ from: 95 * minute, to: now });
    expect(timeSpanOf(at(80 * minute), now, 60 * minute)).toEqual({ from: 80 * minute, to: now });
    expect(timeSpanOf(at(0), now, 60 * minute)).toEqual({ from: 40 * minute, to: now });
  });

  it('ends its scale at the next round number', () => {
    const top = (value: number, unit?: number) => niceTop([{ at: 0, value }], unit);
    expect([0, 0.4, 1, 1.1, 3, 7, 10, 12, 101, 230].map((value) => top(value))).toEqual([
      1, 1, 1, 2, 5, 10, 10, 20, 200, 500,
    ]);
    expect(top(84 * 1024 * 1024, 1024 * 1024)).toBe(100 * 1024 * 1024);
  });

  it('has no value outside of its scale', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1 }), (numbers) => {
        const values = numbers.map((value) => ({ at: 0, value }));
        const top = niceTop(values);
        return values.every((value) => {
          const { y } = placeOf(value, { from: 0, to: 1 }, top, { width: 10, height: 100 });
          return y >= -1e-6 && y <= 100;
        });
      }),
    );
  });

  it('breaks its line where nothing was measured', () => {
    expect(unbroken(at(0, 10, 20, 50, 60), 20).map((run) => run.map((value) => value.at))).toEqual([
      [0, 10, 20],
      [50, 60],
    ]);
    expect(unbroken([], 20)).toEqual([]);
  });

  it('finds the value nearest to where the pointer is', () => {
    const values = at(0, 10, 20);
    expect([-5, 4, 6, 14, 99].map((time) => nearestTo(values, time))).toEqual([0, 0, 1, 1, 2]);
  });
});
