import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../electron/cli/parseTime.ts';
import { MicroError } from '../../../shared/contract/errors.ts';

const now = new Date(2026, 0, 31, 12, 30, 0).getTime();
const at = (text: string): number => parseTime('since', text, now);

describe('parseTime', () => {
  it('reads spans back from now', () => {
    expect(at('5m')).toBe(now - 5 * 60_000);
    expect(at('2h')).toBe(now - 2 * 3_600_000);
    expect(at('1h30m')).toBe(now - 90 * 60_000);
    expect(at('250ms')).toBe(now - 250);
    expect(at('1.5d')).toBe(now - 36 * 3_600_000);
  });

  it('reads a time of day as the last time the clock showed it', () => {
    expect(at('12:03')).toBe(new Date(2026, 0, 31, 12, 3).getTime());
    expect(at('12:03:04.5')).toBe(new Date(2026, 0, 31, 12, 3, 4, 500).getTime());
    expect(at('13:00')).toBe(new Date(2026, 0, 30, 13, 0).getTime());
  });

  it('reads a date as the beginning of that day here, and ISO 8601 with and without zone', () => {
    expect(at('2026-01-30')).toBe(new Date(2026, 0, 30).getTime());
    expect(at('2026-01-30T10:00:00Z')).toBe(Date.UTC(2026, 0, 30, 10));
    expect(at('2026-01-30T10:00')).toBe(new Date(2026, 0, 30, 10).getTime());
    expect(at('2026-01-30 10:00:05')).toBe(new Date(2026, 0, 30, 10, 0, 5).getTime());
  });

  it('refuses anything else with the option and the value', () => {
    for (const text of ['', '5', 'yesterday', '5 m', '25:00', '12:61', '2026-13-40', 'm5', '-5m']) {
      expect(() => at(text), text).toThrow(MicroError);
    }
    expect(() => at('soon')).toThrow('--since "soon" is not a time');
  });

  it('never gives a time of day that lies ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const time = at(`${hour}:${String(minute).padStart(2, '0')}`);
        expect(time).toBeLessThanOrEqual(now);
        expect(now - time).toBeLessThanOrEqual(25 * 3_600_000);
      }),
    );
  });
});
