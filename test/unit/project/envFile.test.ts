import { readFile } from 'node:fs/promises';
import { parse as parseWithDotenv } from 'dotenv';
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
    ['A: 1', '1'],
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

  test('what dotenv reads without cutting or mangling it is read as dotenv reads it', () => {
    const plain = 'aB3 \\t-_./:=$,?&%é'.split('');
    const text = (characters: readonly string[]) =>
      fc.array(fc.constantFrom(...characters), { maxLength: 12 }).map((parts) => parts.join(''));
    const withoutBackslash = plain.filter((character) => character !== '\\');
    const value = fc.oneof(
      text(withoutBackslash).map((inner) => `${inner} # note`),
      text(withoutBackslash),
      text([...withoutBackslash, '#', "'", '`', '\n', '\\n', '\\r']).map((inner) => `"${inner}"`),
      text([...withoutBackslash, '#', '"', '`', '\n', '\\n', '\\t']).map((inner) => `'${inner}'`),
      text([...withoutBackslash, '#', '"', "'", '\n', '\\n']).map((inner) => `\`${inner}\`  # note`),
    );
    const assignment = fc
      .tuple(
        fc.constantFrom('', 'export ', '  '),
        fc.constantFrom('A', 'B_2', 'c.d', 'e-f'),
        fc.constantFrom('=', ' = ', ': '),
        value,
      )
      .map((parts) => parts.join(''));
    const lines = fc.array(fc.oneof(assignment, fc.constantFrom('', '  ', '# A=dead', '  # B_2=dead')), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), (source, end) => {
        const file = source.join('\n').replaceAll('\n', end);
        expect(parse(file).values).toEqual({ ...parseWithDotenv(file) });
      }),
      { numRuns: 1000 },
    );
  });

  test('docs/env-files.md shows what comes of each of its lines', async () => {
    const page = await readFile(new URL('../../../docs/env-files.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| ``? ?(NAME.*?) ?``? \| (?:`(.*)`|nothing) \|/gm)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, line, value] of rows) {
      const { values } = parse((line ?? '').replaceAll('⏎', '\n'), { HOST: 'db' });
      expect(`${line} → ${values['NAME']}`).toBe(`${line} → ${(value ?? '').replaceAll('⏎', '\n')}`);
    }
  });
});
