import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wantsColour } from '../../../electron/cli/colours.ts';
import { displayWidth } from '../../../electron/cli/displayWidth.ts';
import { formatDuration } from '../../../electron/cli/duration.ts';
import { exitCodeOf } from '../../../electron/cli/exitCode.ts';
import { renderTable } from '../../../electron/cli/table.ts';
import { printableText } from '../../../electron/cli/terminalText.ts';
import { type ErrorCode, errorCatalogue, MicroError } from '../../../shared/contract/errors.ts';

describe('wantsColour', () => {
  const facts = { isTerminal: true, env: {}, option: undefined };

  it('colours on a terminal only', () => {
    expect(wantsColour(facts)).toBe(true);
    expect(wantsColour({ ...facts, isTerminal: false })).toBe(false);
    expect(wantsColour({ ...facts, isTerminal: false, env: { CI: 'true' } })).toBe(false);
    expect(wantsColour({ ...facts, env: { TERM: 'dumb' } })).toBe(false);
  });

  it('obeys NO_COLOR and FORCE_COLOR, and the option before both', () => {
    expect(wantsColour({ ...facts, env: { NO_COLOR: '1' } })).toBe(false);
    expect(wantsColour({ ...facts, env: { NO_COLOR: '' } })).toBe(true);
    expect(wantsColour({ ...facts, isTerminal: false, env: { FORCE_COLOR: '1' } })).toBe(true);
    expect(wantsColour({ ...facts, env: { FORCE_COLOR: '0' } })).toBe(false);
    expect(wantsColour({ ...facts, env: { FORCE_COLOR: '1' }, option: false })).toBe(false);
  });
});

describe('exitCodeOf', () => {
  const code = (name: ErrorCode): number => exitCodeOf(new MicroError(name, 'x'));

  it('gives scripts 2 for bad usage, 4 for what is not there, 1 for what failed', () => {
    expect(code('cli.usage')).toBe(2);
    expect(code('api.unauthenticated')).toBe(2);
    expect(code('service.not-found')).toBe(4);
    expect(code('server.not-running')).toBe(4);
    expect(code('project.folder-missing')).toBe(4);
    expect(code('service.failed')).toBe(1);
    expect(code('port.taken')).toBe(1);
    expect(code('manifest.unknown-key')).toBe(1);
    expect(code('internal.bug')).toBe(1);
  });

  it('no error ends with 0', () => {
    for (const name of Object.keys(errorCatalogue) as ErrorCode[]) expect([1, 2, 4]).toContain(code(name));
  });
});

describe('formatDuration', () => {
  it('shows two units at most', () => {
    const cases: [number, string][] = [
      [0, '0ms'],
      [850, '850ms'],
      [12_000, '12s'],
      [200_000, '3m 20s'],
      [7_200_000, '2h'],
      [7_500_000, '2h 5m'],
      [90_000_000, '1d 1h'],
    ];
    for (const [durationMs, text] of cases) expect(formatDuration(durationMs)).toBe(text);
  });
});

describe('displayWidth', () => {
  it('counts the cells of wide characters, emoji and combining marks', () => {
    expect(displayWidth('orders')).toBe(6);
    expect(displayWidth('猫')).toBe(2);
    expect(displayWidth('👍')).toBe(2);
    expect(displayWidth('e\u0301')).toBe(1);
  });
});

describe('renderTable', () => {
  it('aligns columns, wide characters included, and leaves no space at the end', () => {
    const lines = renderTable(
      [
        { title: 'NAME', text: (row: string[]) => row[0] as string },
        { title: 'N', text: (row: string[]) => row[1] as string, align: 'right' },
        { title: 'REASON', text: (row: string[]) => row[2] as string },
      ],
      [
        ['a', '1', ''],
        ['猫', '100', 'two\nlines'],
      ],
    );
    expect(lines).toEqual(['NAME    N  REASON', 'a       1', '猫    100  two lines']);
  });
});

describe('printableText', () => {
  it('keeps colours where colours are wanted, and ends them', () => {
    expect(printableText('\x1b[31mred', true)).toBe('\x1b[31mred\x1b[0m');
    expect(printableText('\x1b[31mred\x1b[39m', false)).toBe('red');
  });

  it('drops what moves the cursor, sets titles or reaches the clipboard, also when cut off', () => {
    for (const text of [
      '\x1b[2J',
      '\x1b[1;1H',
      '\x1b]0;t\x07',
      '\x1b]52;c;eA==\x1b\\',
      '\x1bPq\x1b\\',
      '\x1bc',
      '\x1b',
      '\x1b[',
    ]) {
      expect(printableText(`a${text}`, true), JSON.stringify(text)).toBe('a');
    }
  });

  it('never lets a control character other than a colour through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.boolean(), (text, colour) => {
        const clean = printableText(text, colour).replace(/\x1b\[[0-9;:]*m/g, '');
        expect(clean).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
      }),
    );
  });

  it('leaves text without escapes as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        fc.pre(!/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(text));
        expect(printableText(text, true)).toBe(text);
      }),
    );
  });
});
