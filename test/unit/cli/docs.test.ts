import { describe, expect, it } from 'vitest';
import { verbs } from '../../../electron/cli/verbs.ts';
import { errorCatalogue } from '../../../shared/contract/errors.ts';
import { runMicro } from '../../helpers/runMicro.ts';

/** Both documents are written from the code: `npx vitest run --project unit test/unit/cli/docs.test.ts -u`. */
const docs = new URL('../../../docs/', import.meta.url).pathname;

async function helpOf(...words: string[]): Promise<string> {
  const { out, code } = await runMicro([...words, '--help'], { home: '/nowhere' });
  expect(code).toBe(0);
  return out.trimEnd();
}

describe('documents', () => {
  it('docs/cli.md says what the help of every verb says', async () => {
    const parts = [
      '# `micro`, the command line',
      '',
      'What `micro --help` and `micro <verb> --help` print. In a checkout: `npx --no micro <verb>`.',
      '',
      '| verb | what it does |',
      '|---|---|',
      ...verbs.map(({ name, summary }) => `| [\`micro ${name}\`](#micro-${name}) | ${summary} |`),
      '',
      '```text',
      await helpOf(),
      '```',
    ];
    for (const { name } of verbs) parts.push('', `## \`micro ${name}\``, '', '```text', await helpOf(name), '```');
    await expect(`${parts.join('\n')}\n`).toMatchFileSnapshot(`${docs}cli.md`);
  });

  it('docs/errors.md lists every error code with its kind and meaning', async () => {
    const lines = [
      '# Error codes',
      '',
      'Every failure has one of these codes, in the answers of the API, in `--json` output and in the log of the server.',
      'Codes are never renamed and never used again for something else.',
      '',
      '| code | kind | meaning |',
      '|---|---|---|',
      ...Object.entries(errorCatalogue).map(([code, { kind, means }]) => `| \`${code}\` | ${kind} | ${means} |`),
    ];
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`${docs}errors.md`);
  });
});
