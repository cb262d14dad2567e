import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCommand } from '../../../electron/server/host/commandLine.ts';

describe.skipIf(process.platform === 'win32')('a command line on Unix', () => {
  it('is split exactly as /bin/sh splits it', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      "'",
      '"',
      '\\',
      ' ',
      'é',
      '-',
      '=',
      'x\\"y',
      "''",
      '""',
      '\t',
      '#',
      '{',
      '}',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const run = `node ${pieces.join('')}`;
        let plan: ReturnType<typeof planCommand>;
        try {
          plan = planCommand(run, 'linux');
        } catch {
          return;
        }
        if (plan.shell) return;
        // A shell function stands in for the program and prints its arguments, each ended by NUL.
        const printed = execFileSync('/bin/sh', [
          '-c',
          `node() { for a; do printf '%s\\0' "$a"; done; }\n${run.trim()}`,
        ]);
        const expected = printed.length === 0 ? [] : printed.toString('utf8').slice(0, -1).split('\0');
        expect(plan.argv.slice(1)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('with exec does the same as without', () => {
    const commands = ['true', 'false', 'echo a', 'X=1 printenv X', 'echo b 2>&1', 'printenv HOME'];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...commands), fc.constantFrom(' && ', ' || ', '; ', '\n')), {
          minLength: 1,
          maxLength: 4,
        }),
        (parts) => {
          const run = parts
            .map(([command, operator], i) => (i < parts.length - 1 ? command + operator : command))
            .join('');
          const ran = (text: string): unknown => {
            try {
              return execFileSync('/bin/sh', ['-c', text]).toString();
            } catch (error) {
              const { status, stdout } = error as { status: number; stdout: Buffer };
              return { status, stdout: stdout.toString() };
            }
          };
          const plan = planCommand(run, 'linux');
          if (plan.shell) expect(ran(plan.argv[2] ?? '')).toEqual(ran(run));
        },
      ),
      { numRuns: 60 },
    );
  });
});
