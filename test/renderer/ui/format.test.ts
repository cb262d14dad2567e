import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatDuration, formatPercent, noticeText } from '../../../renderer/ui/format.ts';

describe('numbers for reading', () => {
  it.each([
    [412, '412 ms'],
    [3_249, '3.2 s'],
    [59_999, '59 s'],
    [134_000, '2 min 14 s'],
    [120_000, '2 min'],
    [18_180_000, '5 h 3 min'],
    [187_200_000, '2 d 4 h'],
  ])('a span of %d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    [512, '512 B'],
    [88_080_384, '84 MB'],
    [1_288_490_189, '1.2 GB'],
    [1_073_741_823, '1.0 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('tells little load from none', () => {
    expect([0, 0.4, 3.4, 187].map(formatPercent)).toEqual(['0 %', '0.4 %', '3 %', '187 %']);
  });

  it('says how long ago', () => {
    expect([0, 9_000, 45_000, 300_000, 10_800_000].map((ms) => formatAgo(0, ms))).toEqual([
      'just now',
      'just now',
      '45 s ago',
      '5 min ago',
      '3 h ago',
    ]);
  });
});

describe('a notice in one line', () => {
  it.each([
    ['orders', 'the port is taken', 'orders: the port is taken'],
    ['orders', 'the build of orders failed', 'the build of orders failed'],
    ['orders', 'orders-db is gone', 'orders: orders-db is gone'],
    ['', 'the disk is full', 'the disk is full'],
  ])('of %j with %j is %j', (service, text, line) => {
    expect(noticeText({ service, text })).toBe(line);
  });
});
