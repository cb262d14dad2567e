import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LatencySketch } from '../../../electron/server/traffic/latencySketch.ts';

const SHARES = [0.5, 0.95, 0.99, 1] as const;
const durations = fc.array(fc.double({ min: 0.01, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 300 });

function sketchOf(values: readonly number[]): LatencySketch {
  const sketch = new LatencySketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

it('every quantile is within two percent of a duration of that rank', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const sorted = [...values].sort((a, b) => a - b);
      sketchOf(values)
        .quantiles(SHARES)
        .forEach((estimate, index) => {
          const rank = Math.max(1, Math.ceil((SHARES[index] as number) * values.length));
          const exact = sorted[rank - 1] as number;
          expect(Math.abs(estimate - exact) / exact).toBeLessThan(0.0201);
        });
    }),
  );
});

it('two sketches added up are the sketch of all', () => {
  fc.assert(
    fc.property(durations, durations, (first, second) => {
      const merged = sketchOf(first);
      merged.merge(sketchOf(second));
      const all = sketchOf([...first, ...second]);
      expect(merged.count).toBe(all.count);
      expect(merged.quantiles(SHARES)).toEqual(all.quantiles(SHARES));
    }),
  );
});

it('an empty sketch has no latency, and a duration of zero is one', () => {
  expect(new LatencySketch().quantiles(SHARES)).toEqual([0, 0, 0, 0]);
  expect(sketchOf([0]).quantiles([0.5])[0]).toBeCloseTo(0.01, 3);
});
