import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SIZE, MIN_SIZE, reachableBounds } from '../../../electron/desktop/windowState.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const external = { x: 1440, y: 0, width: 2560, height: 1440 };

describe('bounds of the window', () => {
  test('a first window stands in the middle of the main screen', () => {
    expect(reachableBounds(undefined, [laptop])).toEqual({ x: 80, y: 63, ...DEFAULT_SIZE });
  });

  test('a window comes back to where it was', () => {
    const state = { x: 1500, y: 40, width: 1000, height: 700, maximized: false };
    expect(reachableBounds(state, [laptop, external])).toEqual({ x: 1500, y: 40, width: 1000, height: 700 });
  });

  test('DT-01 a window on a screen that is gone comes to the main screen', () => {
    const state = { x: 9000, y: -4000, width: 1000, height: 700, maximized: false };
    expect(reachableBounds(state, [laptop])).toEqual({ x: 220, y: 113, width: 1000, height: 700 });
  });

  test('DT-01 a window of ten by ten, or of negative size, gets the usual size', () => {
    for (const size of [10, -300, 0]) {
      const bounds = reachableBounds({ x: 100, y: 100, width: size, height: size, maximized: false }, [laptop]);
      expect(bounds).toMatchObject(DEFAULT_SIZE);
    }
  });

  test('a window whose title bar is above the screen is brought back', () => {
    const bounds = reachableBounds({ x: 100, y: -60, width: 1000, height: 700, maximized: false }, [laptop]);
    expect(bounds.y).toBeGreaterThanOrEqual(laptop.y);
  });

  test('a window larger than its screen is made to fit', () => {
    const bounds = reachableBounds({ x: 0, y: 25, width: 5000, height: 4000, maximized: false }, [laptop]);
    expect(bounds).toEqual({ x: 0, y: 25, width: 1440, height: 875 });
  });

  test('whatever was remembered, the title bar can be grasped and the size is usable', () => {
    const number = fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.double(), fc.constant(Number.NaN));
    fc.assert(
      fc.property(number, number, number, number, (x, y, width, height) => {
        const bounds = reachableBounds({ x, y, width, height, maximized: false }, [laptop, external]);
        const area = [laptop, external].find(
          (screen) =>
            bounds.y >= screen.y &&
            bounds.y < screen.y + screen.height &&
            Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x) >= 100,
        );
        expect(area).toBeDefined();
        expect(bounds.width).toBeGreaterThanOrEqual(MIN_SIZE.width);
        expect(bounds.height).toBeGreaterThanOrEqual(MIN_SIZE.height);
      }),
      // Wider than any screen: what is left of it once it is as wide as its screen has to be reachable.
      { examples: [[-1021, 0, 2621, Number.NaN]] },
    );
  });
});
