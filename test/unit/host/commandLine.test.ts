import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCommand, splitWindows } from '../../../electron/server/host/commandLine.ts';

const argv = (run: string): string[] => planCommand(run, 'linux').argv;
const script = (run: string): string | undefined => {
  const plan = planCommand(run, 'linux');
  return plan.shell ? plan.argv[2] : undefined;
};

describe('a command line on Unix', () => {
  it('is split at blanks, and quotes keep words together', () => {
    expect(argv('node  dist/main.js\t--port 80')).toEqual(['node', 'dist/main.js', '--port', '80']);
    expect(argv(`a 'b c' "d e" f\\ g ''`)).toEqual(['a', 'b c', 'd e', 'f g', '']);
    expect(argv(`a "say \\"hi\\" \\n" 'it''s'`)).toEqual(['a', 'say "hi" \\n', 'its']);
    expect(argv('node -e "setInterval(() => {}, 1)"')).toEqual(['node', '-e', 'setInterval(() => {}, 1)']);
  });

  it('gets a shell only for what a shell does', () => {
    for (const run of [
      'a | b',
      'a && b',
      'a; b',
      'a &',
      'a > out',
      'echo $HOME',
      'echo "$HOME"',
      'echo `date`',
      'ls *.js',
      'ls ~',
      'A=1 node x',
      'cd x',
      'source env',
      '(a)',
      'a # comment',
      'if true; then a; fi',
      '. ./env',
      'a [12]',
    ]) {
      expect(planCommand(run, 'linux').shell, run).toBe(true);
    }
    for (const run of [
      'node a.js',
      `echo '$HOME'`,
      'echo "a|b"',
      'go run ./cmd/x',
      'a --flag=x=y',
      'true',
      'a\\;b',
      'echo a#b',
      'curl http://x/y',
    ]) {
      expect(planCommand(run, 'linux').shell, run).toBe(false);
    }
  });

  it('does not leave the shell in between when the last command can replace it', () => {
    expect(script('cd api && node main.js')).toBe('cd api && exec node main.js');
    expect(script('LOG=debug node main.js')).toBe('LOG=debug exec node main.js');
    expect(script('node main.js > out.log 2>&1')).toBe('exec node main.js > out.log 2>&1');
    expect(script('2>err node $X')).toBe('2>err exec node $X');
    expect(script('a; b;')).toBe('a; exec b;');
    expect(script('X=1 sleep $((30))')).toBe('X=1 exec sleep $((30))');
    expect(script('cd "$(dirname "$0")" && node `pwd`/x ${A:-(b c)}')).toBe(
      'cd "$(dirname "$0")" && exec node `pwd`/x ${A:-(b c)}',
    );
    expect(script('exec node $X')).toBe('exec node $X');
  });

  it('keeps the shell when something must run after or around the last command', () => {
    for (const run of [
      'a | b',
      'a & wait',
      'trap "echo bye" EXIT; node $X',
      'while true; do a; done',
      '(cd x; a)',
      'cat <<E\nx\nE',
      'cd x',
      '{ a; b; }',
      'a $X # b',
    ]) {
      expect(script(run)).toBe(run);
    }
  });

  it('refuses a quote that is not closed, and an empty command', () => {
    expect(() => argv(`node "a`)).toThrowError(/quote " is not closed/);
    expect(() => argv(`node 'a`)).toThrowError(/quote ' is not closed/);
    expect(() => argv('  ')).toThrowError(/empty/);
  });
});

describe('a command line on Windows', () => {
  it('follows the rules of the C runtime', () => {
    expect(splitWindows('"C:\\Program Files\\x.exe" a\\b "c d" e\\"f').argv).toEqual([
      'C:\\Program Files\\x.exe',
      'a\\b',
      'c d',
      'e"f',
    ]);
    expect(splitWindows('x "a\\\\" b').argv).toEqual(['x', 'a\\', 'b']);
  });

  it('brings back any argument that was quoted by the same rules', () => {
    const quote = (s: string): string => `"${s.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '\\', '"', ' ', '|', '$') }), { minLength: 1 }),
        (args) => {
          const unquotable = args.some((a) => a === '');
          fc.pre(!unquotable);
          expect(splitWindows(args.map(quote).join(' ')).argv).toEqual(args);
        },
      ),
    );
  });

  it('gets cmd.exe only for what cmd.exe does', () => {
    expect(planCommand('npm run dev', 'win32')).toEqual({ argv: ['npm', 'run', 'dev'], shell: false });
    for (const run of ['a && b', 'echo %PATH%', 'dir', 'a > b']) {
      expect(planCommand(run, 'win32')).toEqual({ argv: ['cmd.exe', '/d', '/s', '/c', run], shell: true });
    }
    expect(planCommand('a "b & c" 100%', 'win32').shell).toBe(false);
  });
});
