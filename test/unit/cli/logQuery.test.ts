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
      { count: true, lines: '5' },
      { count: true, export: 'x' },
      { count: true, grep: 'a', context: '1' },
      { context: '2' },
      { caseSensitive: true },
      { force: true },
      { since: '5m', until: '10m' },
    ]) {
      expect(() => parse(options), JSON.stringify(options)).toThrow();
    }
  });

  it('says which options do not go together, as they are typed', () => {
    expect(() => parse({ caseSensitive: true })).toThrow('--case-sensitive does nothing by itself');
    expect(() => parse({ count: true, export: 'x' })).toThrow('--count and --export exclude each other');
    expect(() => parse({ since: '5m', until: '10m' })).toThrow('--since "5m" is later than --until "10m"');
  });

  it('takes what goes together', () => {
    for (const options of [
      { since: '10m', until: '5m' },
      { until: '5m' },
      { level: 'error', context: '2' },
      { regex: 'a', caseSensitive: true, context: '1' },
      { export: 'x', force: true, lines: '5' },
      { count: true, all: true, run: 'last', grep: 'a' },
      { follow: true, run: '2', lines: '0' },
    ]) {
      expect(() => parse(options), JSON.stringify(options)).not.toThrow();
    }
  });
});
