import { expect, test } from 'vitest';

interface Judgement {
  ok: boolean;
  output: string;
  note?: string;
}
const { judgeAudit } = (await import('../../../build/lib/audit.mjs' as string)) as {
  judgeAudit: (output: string) => Judgement;
};
const report = (vulnerabilities: object): string =>
  `npm warn x\n${JSON.stringify({ vulnerabilities, metadata: {} })}\n`;

test('a known fault of weight fails the check, with what fixes it', () => {
  const worn = { name: 'worn', severity: 'high', range: '<1.2.3', fixAvailable: { name: 'worn', version: '1.2.3' } };
  const dull = { name: 'dull', severity: 'low', range: '*', fixAvailable: false };
  const { ok, output, note } = judgeAudit(report({ worn, dull }));
  expect(ok).toBe(false);
  expect(output).toBe('worn <1.2.3: high; fixed by worn 1.2.3');
  expect(note).toBe('1 of lesser weight');
  expect(judgeAudit(report({ dull })).ok).toBe(true);
  expect(judgeAudit(`${JSON.stringify({ vulnerabilities: {}, metadata: {} })}`)).toEqual({ ok: true, output: '' });
});

test.each([
  [
    'that has no such list',
    `npm warn audit 405\n${JSON.stringify({ message: '405 Method Not Allowed - POST https://mirror/-/npm' })}`,
    '405 Method Not Allowed - POST …',
  ],
  ['that does not answer', '', 'no answer'],
  ['that is no registry', '<html>\nsign in first', 'sign in first'],
])('a registry %s passes, and it is said that nothing was checked', (_which, output, why) => {
  const judged = judgeAudit(output);
  expect(judged.ok).toBe(true);
  expect(judged.note).toContain(`not checked, the registry gave no list of known faults (${why})`);
});
