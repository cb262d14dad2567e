import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../../electron/server/project/envFile.ts';

function parse(text: string, outer: Record<string, string> = {}) {
  const { entries, warnings } = parseEnvFile(text, (name) => outer[name]);
  return {
    values: Object.fromEntries(entries.map(({ name, value }) => [name, value])),
    lines: Object.fromEntries(entries.map(({ name, line }) => [name, line])),
    warnings: warnings.map(({ line, text: said }) => `${line}: ${said}`),
  };
}

describe('SUP-13 an env file', () => {
  test.each([
    ['A=1', '1'],
    ['A=', ''],
    ['A = spaced ', 'spaced'],
    ['export A=1', '1'],
    ['A=plain#hash', 'plain#hash'],
    ['A=val # note', 'val'],
    ["A='lit # $HOME ${HOME}'", 'lit # $HOME ${HOME}'],
    ["A='ab$cd'", 'ab$cd'],
    ['A=$2a$10$xyz', '$2a$10$xyz'],
    ['A="say \\"hi\\""', 'say "hi"'],
    ['A="a\\tb\\nc"', 'a\tb\nc'],
    ['A="costs \\${HOME}"', 'costs ${HOME}'],
    ['A=`both \' and "`', 'both \' and "'],
    ['A="two\n lines"', 'two\n lines'],
    ['A="open', '"open'],
    ["A='a' and more", "'a' and more"],
    ['A=${HOME}/bin', '/root/bin'],
    ['A=${GONE:-else}', 'else'],
    ['A=$HOME', '$HOME'],
  ])('%j gives %j', (text, value) => {
    const { values, warnings } = parse(text, { HOME: '/root' });
    expect(values['A']).toBe(value);
    expect(warnings).toEqual([]);
  });

  test('an empty value does not swallow the next line, and a commented line stays dead', () => {
    expect(parse('A=\n#B=1\n  # C=2\nD=3').values).toEqual({ A: '', D: '3' });
  });

  test('a name of the same file wins over the environment so far', () => {
    expect(parse('HOST=db\nURL=http://${HOST}:${PORT}/', { HOST: 'other', PORT: '80' }).values['URL']).toBe(
      'http://db:80/',
    );
  });

  test('what became nothing, and a line that is none, are said with their line', () => {
    expect(parse('A=1\nB="two\nlines"\nC=${GONE}\nnonsense\n').warnings).toEqual([
      '4: C: ${GONE} is not set and became nothing',
      '5: this line is no NAME=value and was skipped',
    ]);
    expect(parse('E=\nA=${E}\nB=${GONE:-}\nC="a\\nb\n${GONE}\nc ${E}"', {}).warnings).toEqual([
      '2: A: ${E} is empty and became nothing',
      '3: B: ${GONE} is not set and became nothing',
      '5: C: ${GONE} is not set and became nothing',
      '6: C: ${E} is empty and became nothing',
    ]);
  });

  test('a byte order mark and Windows line ends do not matter, and lines are counted', () => {
    expect(parse('\uFEFFA=1\r\nB="x\r\ny"\r\nC=3\r\n')).toMatchObject({
      values: { A: '1', B: 'x\ny', C: '3' },
      lines: { A: 1, B: 2, C: 4 },
    });
  });

  test('any text is read without an exception, and lines lie inside it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('A', '=', '"', "'", '`', '\n', '\\', '$', '{', '}', ':-', '#', ' ', 'export '))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { entries, warnings } = parseEnvFile(source, () => undefined);
        const count = source.split(/\r\n?|\n/).length;
        for (const { line } of [...entries, ...warnings]) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(count);
        }
      }),
    );
  });

  test('any value in double quotes comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((value) => !/[\0\r]/.test(value)),
        (value) => {
          const quoted = value
            .replace(/[\\"$]/g, '\\$&')
            .replaceAll('\n', '\\n')
            .replaceAll('\t', '\\t');
          expect(parse(`A="${quoted}"`).values['A']).toBe(value);
        },
      ),
    );
  });
});
