import { describe, expect, it } from 'vitest';
import { DEFAULT_LINES, parseLogOptions } from '../../../electron/cli/logQuery.ts';

const now = Date.UTC(2026, 0, 31, 12);
const parse = (options: Parameters<typeof parseLogOptions>[0]) => parseLogOptions(options, now);

describe('parseLogOptions', () => {
  it('shows the last lines of every run when nothing is said', () => {
    expect(parse({})).toMatchObject({ tail: DEFAULT_LINES, follow: false, countOnly: false, query: { run: 0 } });
  });

  it('a number of lines is exact, and none means only what follows', () => {
    expect(parse({ lines: '5' }).tail).toBe(5);
    expect(parse({ lines: '0', follow: true }).tail).toBe(-1);
  });

  it('who asks for all, a time or a file gets every line of it', () => {
    expect(parse({ all: true }).tail).toBe(0);
    expect(parse({ since: '5m' })).toMatchObject({ tail: 0, query: { sinceUs: (now - 300_000) * 1000 } });
    expect(parse({ export: 'x.log' }).tail).toBe(0);
    expect(parse({ since: '5m', lines: '3' }).tail).toBe(3);
  });

  it('a level means itself and what is worse', () => {
    expect(parse({ level: 'warn' }).query.levels).toEqual(['warn', 'error', 'fatal']);
    expect(parse({ level: 'TRACE' }).query.levels).toHaveLength(6);
  });

  it('a run is a number from one, or the last', () => {
    expect(parse({ run: '3' }).query.run).toBe(3);
    expect(parse({ run: 'last' }).query.run).toBe(-1);
    expect(() => parse({ run: '0' })).toThrow('--run "0" is not a run');
  });

  it('refuses values and pairs that make no sense', () => {
    for (const options of [
      { lines: '-1' },
      { lines: 'x' },
      { level: 'loud' },
      { stream: 'stdin' },
      { grep: 'a', regex: 'b' },
      { all: true, lines: '5' },
      { follow: true, count: true },
      { follow: true, until: '5m' },
      { follow: true, export: 'x' },
    ]) {
      expect(() => parse(options), JSON.stringify(options)).toThrow();
    }
  });
});
