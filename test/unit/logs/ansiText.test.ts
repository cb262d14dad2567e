import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSequenceLength, stripAnsi } from '../../../shared/lib/ansiText.ts';

describe('stripAnsi', () => {
  it.each([
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b[38;5;12;48:2::1:2:3mx', 'x'],
    ['\x1b[2J\x1b[Hbuild 1', 'build 1'],
    ['\x1b]8;;https://a\x1b\\link\x1b]8;;\x07', 'link'],
    ['\x1b]52;c;aGk=\x07text', 'text'],
    ['\x1b(Bplain\x1b=', 'plain'],
    ['\x9b1mbold', 'bold'],
    ['cut \x1b[3', 'cut '],
    ['[31m is text', '[31m is text'],
  ])('%j shows as %j', (text, shown) => {
    expect(stripAnsi(text)).toBe(shown);
  });
});

describe('openSequenceLength', () => {
  it('LOG-02 a colour code that is still coming is held back whole, at every cut', () => {
    const code = '\x1b[38;5;1m';
    for (let cut = 1; cut < code.length; cut++) {
      const text = `abc${code.slice(0, cut)}`;
      expect(text.slice(0, -openSequenceLength(text))).toBe('abc');
    }
    expect(openSequenceLength(`abc${code}`)).toBe(0);
  });

  it('never holds back more than there is, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\x1b', '[', ']', '3', ';', 'm', 'a', '\x07', '(', '\\') }),
        (text) => {
          const held = openSequenceLength(text);
          expect(held).toBeLessThanOrEqual(text.length);
          if (held > 0) expect(text[text.length - held]).toBe('\x1b');
        },
      ),
    );
  });
});
