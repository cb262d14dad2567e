import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asOneLine, cleanPaste, pasteQuestion } from '../../../renderer/features/terminals/pasteText.ts';

describe('a paste into a terminal', () => {
  it('TRM-04 has no code left that could end it early, in either spelling', () => {
    const copied = 'echo safe\u001b[201~\ntouch pwned\n\u009b201~';
    expect(cleanPaste(copied)).toBe('echo safe[201~\ntouch pwned\n201~');
  });

  it('TRM-04 has no control character but tab and line end, whatever was copied', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(cleanPaste(text))).toBe(false);
      }),
      { numRuns: 50 },
    );
  }, 30_000);

  it('TRM-03 keeps everything else as it is, and has one kind of line end', () => {
    expect(cleanPaste('a\r\nb\rc\n\td 猫👩‍👩‍👧‍👧e\u0301')).toBe('a\nb\nc\n\td 猫👩‍👩‍👧‍👧e\u0301');
  });

  it('is asked about when its lines would run one by one', () => {
    expect(pasteQuestion('one', false)).toBeUndefined();
    expect(pasteQuestion('one\ntwo', true)).toBeUndefined();
    expect(pasteQuestion('one\ntwo', false)).toMatchObject({ title: 'Paste 2 lines?', lines: ['one', 'two'] });
    expect(pasteQuestion('rm -rf x\n', false)).toMatchObject({ lines: ['rm -rf x'] });
  });

  it('is asked about when it is very much, and shows its beginning', () => {
    const many = Array.from({ length: 500 }, (_, i) => `line ${i}`).join('\n');
    const question = pasteQuestion(many, true);
    expect(question?.title).toBe('Paste 500 lines?');
    expect(question?.lines).toHaveLength(9);
    expect(question?.lines.at(-1)).toBe('… 492 more lines');
    expect(pasteQuestion('x'.repeat(200_000), true)?.title).toBe('Paste 200,000 characters?');
  });

  it('can be made one line', () => {
    expect(asOneLine('a \\\n  b\n\nc\n')).toBe('a \\ b c');
  });
});
