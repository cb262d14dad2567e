import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bottomPlace,
  clampPlace,
  isAtBottom,
  placedRows,
  rowPlace,
  type ScrollList,
  scrollByPx,
} from '../../../renderer/features/logs/scroll.ts';

const list = (first: number, end: number, heightOf: (row: number) => number = () => 20): ScrollList => ({
  first,
  end,
  viewportPx: 400,
  heightOf,
});

describe('scrolling by rows', () => {
  it('LOG-08 the first visible row stays where it is while rows arrive and old ones are trimmed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 10_000_000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.nat({ max: 100 }),
        (end, added, trimmed) => {
          const start = rowPlace(150, 'top', list(0, end));
          const before = placedRows(start, list(0, end), 0)[0];
          const after = placedRows(clampPlace(start, list(trimmed, end + added)), list(trimmed, end + added), 0)[0];
          expect(after).toEqual(before);
        },
      ),
    );
  });

  it('LOG-08 rows above that turn out taller than thought move nothing that is read', () => {
    const thought = list(0, 1000);
    const place = scrollByPx(rowPlace(500, 'top', thought), -100, thought);
    const measured = list(0, 1000, (row) => (row < 500 ? 60 : 20));
    const topOf = (rows: readonly { row: number; top: number }[]): number | undefined =>
      rows.find(({ row }) => row === 500)?.top;
    expect(topOf(placedRows(clampPlace(place, measured), measured, 0))).toBe(topOf(placedRows(place, thought, 0)));
  });

  it('the last row ends at the lower edge when the end is shown, also with ten million rows', () => {
    const long = list(0, 10_000_000);
    const rows = placedRows(bottomPlace(long), long, 0);
    expect(rows.at(-1)).toEqual({ row: 9_999_999, top: 380 });
    expect(isAtBottom(bottomPlace(long), long)).toBe(true);
  });

  it('scrolling never leaves a gap above the first or below the last row', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.integer({ min: -3000, max: 3000 })), (count, steps) => {
        const short = list(-5, count);
        let place = rowPlace(0, 'top', short);
        for (const step of steps) place = scrollByPx(place, step, short);
        const rows = placedRows(place, short, 0);
        expect(rows[0]?.top).toBeLessThanOrEqual(0);
        if ((count + 5) * 20 >= 400) expect((rows.at(-1)?.top ?? 0) + 20).toBeGreaterThanOrEqual(400);
      }),
    );
  });
});
