import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanTitle, Screen } from '../../../electron/server/terminals/screen.ts';
import type { CapturedScreen } from '../../../electron/server/terminals/terminalScreen.ts';
import { cursorCode, RESET_MODES } from '../../../shared/contract/terminal.ts';

const ESC = '\u001b';
const write = (screen: Screen, text: string): Promise<void> =>
  new Promise((resolve) => screen.write(Buffer.from(text), resolve));
const capture = (screen: Screen): Promise<CapturedScreen> => new Promise((resolve) => screen.capture(resolve));

/** The screen drawn once more from its own escape codes, which is what a viewer sees. */
async function redrawn(screen: Screen): Promise<Screen> {
  const { screen: codes, cursor, cols, rows } = await capture(screen);
  const again = new Screen(cols, rows);
  await write(again, codes + cursorCode(cursor));
  return again;
}

describe('the screen of a terminal', () => {
  it('is the same when it is drawn again from its escape codes', async () => {
    const screen = new Screen(40, 6);
    await write(
      screen,
      `${'line\r\n'.repeat(20)}${ESC}[1;31mred${ESC}[0m ${ESC}[4mwide 猫${ESC}[0m\r\nlong ${'x'.repeat(60)}\r\n$ `,
    );
    expect((await capture(await redrawn(screen))).screen).toBe((await capture(screen)).screen);
  });

  it('is the same again for any text in any pieces', async () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 30, unit: 'grapheme' }),
      fc.constantFrom(
        '\r\n',
        '\t',
        `${ESC}[31m`,
        `${ESC}[0m`,
        `${ESC}[K`,
        '\b',
        '👩‍👩‍👧‍👧',
        '猫',
        'e\u0301',
        `${ESC}[2;3H`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const screen = new Screen(20, 5);
        for (const text of pieces) void write(screen, text);
        const first = await redrawn(screen);
        const second = await redrawn(first);
        const [one, two] = [await capture(first), await capture(second)];
        expect([two.screen, two.cursor]).toEqual([one.screen, one.cursor]);
        expect(one.cursor).toEqual((await capture(screen)).cursor);
      }),
      { numRuns: 40, examples: [[['  ⺀  ', '       ', '  🆑⺀ ', '\b']]] },
    );
  }, 60_000);

  it('TRM-05 counts columns of joined emoji, wide and combining characters as the window does', async () => {
    const screen = new Screen(20, 6);
    const places: string[] = [];
    screen.onDidReply((reply) => places.push(reply));
    for (const text of ['|👩‍👩‍👧‍👧|', '|猫|', '|é|', '|e\u0301|', '|❌|']) await write(screen, `${text}${ESC}[6n\r\n`);
    expect(places.map((place) => place.replace(/^.*;(\d+)R$/, '$1'))).toEqual(['5', '5', '4', '4', '5']);
    expect((await capture(screen)).screen).toContain('|👩‍👩‍👧‍👧|');
    expect((await capture(screen)).screen).toContain('|e\u0301|');
  });

  it('answers what programs ask, once', async () => {
    const screen = new Screen(80, 24);
    const replies: string[] = [];
    screen.onDidReply((reply) => replies.push(reply));
    await write(screen, `ab${ESC}[6n${ESC}[c`);
    expect(replies).toEqual([`${ESC}[1;3R`, `${ESC}[?1;2c`]);
  });

  it('TRM-01 breaks lines at the width that was there when they were written', async () => {
    const screen = new Screen(10, 5);
    screen.write(Buffer.from('0123456789'.repeat(2)));
    screen.resize(20, 5);
    screen.write(Buffer.from(`\r\n${'y'.repeat(20)}`));
    const { screen: codes, cols } = await capture(screen);
    expect(cols).toBe(20);
    expect(codes).toContain('y'.repeat(20));
    expect([screen.cols, screen.rows]).toEqual([20, 5]);
  });

  it('takes titles without control characters, and no longer than a tab can use', async () => {
    const screen = new Screen(80, 24);
    const titles: string[] = [];
    screen.onDidChangeTitle((title) => titles.push(title));
    await write(screen, `${ESC}]0;vim \u202eevil${'x'.repeat(1000)}\u0007`);
    expect(titles).toHaveLength(1);
    expect(titles[0]).toMatch(/^vim evilx+$/);
    expect(titles[0]?.length).toBeLessThanOrEqual(200);
    expect(cleanTitle('a\u0000\u001bb')).toBe('a b');
  });

  it('leaves the clipboard and the title alone when a program asks for them', async () => {
    const screen = new Screen(80, 24);
    const replies: string[] = [];
    screen.onDidReply((reply) => replies.push(reply));
    await write(
      screen,
      `${ESC}]0;rm -rf /\u0007${ESC}[21t${ESC}[20t${ESC}]52;c;?\u0007${ESC}]52;c;ZWNobw==\u0007${ESC}]50;?\u0007`,
    );
    expect(replies).toEqual([]);
    expect((await capture(screen)).screen.trim()).toBe('');
  });

  it('TRM-07 has no mode left and its old text after a program was killed that had switched everything on', async () => {
    const screen = new Screen(40, 5);
    await write(screen, 'before\r\n$ full-screen\r\n');
    await write(
      screen,
      `${ESC}[?1049h${ESC}[?1003h${ESC}[?1006h${ESC}[?2004h${ESC}[?1004h${ESC}[?25l${ESC}[2;4r${ESC}[?6h${ESC}(0${ESC}[31minside`,
    );
    await write(screen, `${RESET_MODES}\r\n$ next`);
    const { screen: codes } = await capture(screen);
    expect(codes).toContain('before');
    expect(codes).toContain('$ full-screen');
    expect(codes).toContain('$ next');
    expect(codes).not.toContain('inside');
    expect(codes).not.toMatch(/\[\?(1049|1003|1006|2004|1004)h|\[\?25l/);
  });

  it('keeps the cursor where it was when there was nothing to reset', async () => {
    const screen = new Screen(40, 5);
    const replies: string[] = [];
    screen.onDidReply((reply) => replies.push(reply));
    await write(screen, `one\r\ntwo${RESET_MODES}${ESC}[6n`);
    expect(replies).toEqual([`${ESC}[2;4R`]);
  });

  it('does nothing more once it is let go', () => {
    const screen = new Screen(10, 5);
    screen.dispose();
    screen.dispose();
    screen.write(Buffer.from('late'));
    screen.resize(20, 10);
    screen.capture(() => expect.unreachable());
    expect(screen.backlog).toBe(0);
  });
});
