import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArgs, parseEnvText } from '../../../renderer/state/envText.ts';

const quote = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;

describe('arguments written as text', () => {
  it('are the words that were quoted, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (words) => {
        expect(parseArgs(words.map(quote).join('  '))).toEqual({ args: words });
      }),
    );
  });

  it('are divided by spaces and kept together by quotes and backslashes', () => {
    expect(parseArgs(String.raw`--only "first batch" --name=it\'s a\ b ""`)).toEqual({
      args: ['--only', 'first batch', "--name=it's", 'a b', ''],
    });
  });

  it('are refused while a quote is open', () => {
    expect(parseArgs('--only "first')).toEqual({ problem: 'the quote " is not closed' });
  });
});

describe('variables written as text', () => {
  it('are one a line; empty lines and comments do not count, a value may hold =', () => {
    expect(parseEnvText('LOG_LEVEL=debug\n\n# no\nURL=http://x/?a=b\r\nEMPTY=')).toEqual({
      env: { LOG_LEVEL: 'debug', URL: 'http://x/?a=b', EMPTY: '' },
    });
  });

  it('are refused with the line that is none', () => {
    expect(parseEnvText('A=1\nnonsense')).toEqual({ problem: 'line 2 is not NAME=value: nonsense' });
    expect(parseEnvText('=1')).toHaveProperty('problem');
  });
});
