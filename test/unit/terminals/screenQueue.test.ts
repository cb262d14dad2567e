import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainOutput } from '../../../electron/server/terminals/plainOutput.ts';
import { Screen } from '../../../electron/server/terminals/screen.ts';
import { ScreenQueue } from '../../../electron/server/terminals/screenQueue.ts';
import type { CapturedScreen } from '../../../electron/server/terminals/terminalScreen.ts';

const ESC = '\u001b';
const capture = (screen: Screen): Promise<CapturedScreen> => new Promise((resolve) => screen.capture(resolve));

function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Each piece is drawn before the next comes, so that nothing is ever left out. */
async function drawnWhole(pieces: readonly Buffer[]): Promise<CapturedScreen> {
  const screen = new Screen(40, 6);
  for (const piece of pieces) await new Promise<void>((resolve) => screen.write(piece, resolve));
  const captured = await capture(screen);
  screen.dispose();
  return captured;
}

/** Lines in colours, some of which go on to the next line. */
const flood = (from: number, count: number, end = '\r\n'): string => {
  const starts = ['[31m', '[1;4m', '[38;5;9m', '[48;2;1;2;3m', '[0m', '[22m', '[39;24m', '[2;53;58:5:7m'];
  return Array.from({ length: count }, (_, i) => `${ESC}${starts[(from + i) % 8]}${from + i} é 猫${end}`).join('');
};

describe('what waits to be drawn on the screen of a terminal', () => {
  it('in a flood is drawn only as far as it will be seen, with the same screen in the end', async () => {
    const pieces = cut(`first\r\n${flood(0, 40_000)}$ `, [32_768]);
    let drawn = 0;
    let lines = '';
    const queue = new ScreenQueue({
      write: (data, done) => {
        drawn += data.length;
        lines += Buffer.from(data).toString();
        setImmediate(done);
      },
      keptLines: () => 5006,
    });
    const all = Promise.all(pieces.map((piece) => new Promise<void>((resolve) => queue.write(piece, resolve))));
    await new Promise<void>((resolve) => queue.then(resolve));
    await all;
    expect(queue.waitingBytes).toBe(0);
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    expect(drawn).toBeLessThan(bytes / 3);
    expect(lines.endsWith(`${flood(35_000, 5000)}$ `)).toBe(true);
    queue.dispose();

    const screen = new Screen(40, 6);
    for (const piece of pieces) screen.write(piece);
    expect(await capture(screen)).toEqual(await drawnWhole(pieces));
    screen.dispose();
  });

  it('leaves the screen as if everything had been drawn, for any output in any pieces', async () => {
    const part = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.nat(9), fc.integer({ min: 4000, max: 6000 })).map(([n, c]) => flood(n, c)) },
      fc.integer({ min: 1, max: 3000 }).map((count) => flood(0, count, '\n')),
      fc.string({ maxLength: 60, unit: 'grapheme' }),
      fc.constantFrom(
        `${ESC}[2;4r`,
        `${ESC}[r`,
        `${ESC}[?1049h`,
        `${ESC}[?1049l`,
        `${ESC}[2J${ESC}[H`,
        `${ESC}[0m`,
        `${ESC}[1;4mbold`,
        `${ESC}]0;a title that ends ${'x'.repeat(20)}\u0007`,
        `${ESC}P$q"p${ESC}\\`,
        `${ESC}7${ESC}[3;3Hx${ESC}8`,
        `${ESC}(0lqqk${ESC}(B`,
        `\u009b31mred`,
        `\u009d0;title`,
        '\b\b',
        '\u000e',
        '\u000f',
        `${ESC}[?7l`,
        `${ESC}c`,
        '\r\n',
      ),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), sizes, async (parts, cuts) => {
        const least = cuts.every((size) => size < 200) ? [...cuts, 5000] : cuts;
        const pieces = cut(parts.join(''), least);
        const screen = new Screen(40, 6);
        for (const piece of pieces) screen.write(piece);
        const captured = await capture(screen);
        screen.dispose();
        expect(captured).toEqual(await drawnWhole(pieces));
      }),
      { numRuns: 25 },
    );
  }, 240_000);

  it('moves on in a flood that does not end, and what waits stays bounded', async () => {
    let drawn = 0;
    const queue = new ScreenQueue({
      write: (data, done) => {
        drawn += data.length;
        setImmediate(done);
      },
      keptLines: () => 5024,
    });
    const piece = Buffer.from(flood(0, 1000));
    let offered = 0;
    // Until it has drawn twice after a rest: a flood may last as long as it likes.
    while (drawn < 3 * piece.length || offered < 40 * piece.length) {
      queue.write(piece, () => undefined);
      offered += piece.length;
      expect(queue.waitingBytes).toBeLessThan(2 * 1024 * 1024);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(drawn).toBeLessThan(offered);
    await new Promise<void>((resolve) => queue.then(resolve));
    expect(queue.waitingBytes).toBe(0);
    queue.dispose();
  });
});

describe('plain output', () => {
  const isPlain = (...pieces: string[]): boolean[] => {
    const scanner = new PlainOutput();
    return pieces.map((piece) => scanner.scan(Buffer.from(piece, 'latin1')).isPlain);
  };

  it('is text, line ends, tabs and colours, however they are cut', () => {
    expect(isPlain('a\tb\r\n', `${ESC}[1;38:2:9:9:9m`, ESC, '[3', '1mx')).toEqual([true, true, true, true, true]);
    expect(isPlain('\u00c2', '\u00a9 and \u00e7\u008c\u00ab\r\n')).toEqual([true, true]);
  });

  it('ends where anything else begins, and comes back only when that is sure to be over', () => {
    expect(isPlain(`${ESC}[2K`, 'x\r\n')).toEqual([false, true]);
    expect(isPlain(`${ESC}[?25`, 'l', 'x')).toEqual([false, false, true]);
    expect(isPlain(`${ESC}]0;t`, 'x\r\n', 'y\u0007', 'z')).toEqual([false, false, false, true]);
    expect(isPlain(`${ESC}Pq`, 'x\u0007', `${ESC}\\`, 'z')).toEqual([false, false, false, true]);
    expect(isPlain('\u00c2\u009d', 'x\u0007\r\n', `${ESC}[0m`, 'z')).toEqual([false, false, false, true]);
    expect(isPlain(`${ESC}(`, '0', 'x')).toEqual([false, false, true]);
  });
});
