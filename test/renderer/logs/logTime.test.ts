import { describe, expect, it } from 'vitest';
import { formatAxisTime } from '../../../renderer/features/logs/logTime.ts';

describe('times under the histogram', () => {
  const atUs = Date.UTC(2026, 0, 31, 12, 5, 7, 89) * 1000;
  it.each([
    ['a few seconds', 4_000, '12:05:07.089'],
    ['minutes and hours', 3_600_000, '12:05:07'],
    ['days', 3 * 86_400_000, '01-31 12:05'],
  ])('over %s they are as exact as tells one from the next', (_, spanMs, text) => {
    expect(formatAxisTime(atUs, spanMs * 1000, 'utc')).toBe(text);
  });
});
