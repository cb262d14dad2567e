import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowSlots } from '../../../renderer/features/logs/rowSlots.ts';

describe('elements of rows on the screen', () => {
  it('a row keeps its element while it is on the screen, and a new one takes the place of one that went', () => {
    const slots = new RowSlots();
    expect(slots.assign([10, 11, 12])).toEqual([0, 1, 2]);
    expect(slots.assign([11, 12, 13])).toEqual([1, 2, 0]);
    expect(slots.assign([500, 501, 502])).toEqual([0, 1, 2]);
  });

  it('for any rows in any order of scrolling: no two share an element, kept rows keep theirs, and none is made beyond need', () => {
    const screens = fc.array(fc.uniqueArray(fc.nat(60), { maxLength: 20 }), { maxLength: 12 });
    fc.assert(
      fc.property(screens, (steps) => {
        const slots = new RowSlots();
        let before = new Map<number, number>();
        let most = 0;
        for (const rows of steps) {
          const assigned = slots.assign(rows);
          expect(new Set(assigned).size).toBe(rows.length);
          rows.forEach((row, i) => before.has(row) && expect(assigned[i]).toBe(before.get(row)));
          most = Math.max(most, rows.length);
          for (const slot of assigned) expect(slot).toBeLessThan(most);
          expect(slots.assign(rows)).toEqual(assigned);
          before = new Map(rows.map((row, i) => [row, assigned[i] as number]));
        }
      }),
    );
  });
});
