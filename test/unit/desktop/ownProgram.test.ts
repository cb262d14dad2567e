import { describe, expect, it } from 'vitest';
import { ownProgram, startedBy, windowsWord } from '../../../electron/desktop/ownProgram.ts';

describe('what the system starts for the app', () => {
  it.each([
    [{}, '/opt/Micro Desktop/micro-desktop'],
    [{ APPIMAGE: '/home/ann/micro.AppImage' }, '/home/ann/micro.AppImage'],
    [{ PORTABLE_EXECUTABLE_FILE: 'D:\\micro-portable.exe' }, 'D:\\micro-portable.exe'],
    [{ APPIMAGE: '' }, '/opt/Micro Desktop/micro-desktop'],
  ])('with %j is %s', (env, program) => {
    expect(ownProgram(env, '/opt/Micro Desktop/micro-desktop')).toBe(program);
  });
});

describe('a word of a command line of Windows', () => {
  it.each([
    ['C:\\my shop', '"C:\\my shop"'],
    ['C:\\', '"C:\\\\"'],
    ['a "b" c', '"a \\"b\\" c"'],
    ['x\\\\', '"x\\\\\\\\"'],
  ])('%s stands as %s', (text, word) => {
    expect(windowsWord(text)).toBe(word);
  });
});

describe('a program that is started', () => {
  const code = 'C:\\Program Files\\VS Code (x64)\\bin\\code.cmd';
  /** What cmd.exe makes of a line: what follows a caret stands for itself. */
  const read = (line: string): string => line.replace(/\^(.)/g, '$1');

  it('on Windows is handed to cmd.exe when it is a batch file, with nothing in its words that cmd.exe would read', () => {
    const word = 'C:\\shop & calc\\%PATH%\\a b.ts:3';
    const { file, args, verbatim } = startedBy(code, ['--goto', word], 'win32', 'cmd.exe');
    expect([file, verbatim, args.slice(0, 3)]).toEqual(['cmd.exe', true, ['/d', '/s', '/c']]);
    const line = /^"(.*)"$/.exec(args[3] ?? '')?.[1] ?? '';
    // Nothing that means something to cmd.exe stands without a caret, not even quotes.
    expect(line.replace(/\^./g, '')).not.toMatch(/[&|<>"%!()]/);
    const words = read(line);
    expect(words.startsWith(`${code} `)).toBe(true);
    expect(read(words.slice(code.length + 1))).toBe(`"--goto" "${word}"`);
  });

  it('is started by itself where it is no batch file, and on other systems', () => {
    const exe = 'C:\\Zed\\zed.exe';
    expect(startedBy(exe, ['a b'], 'win32')).toEqual({ file: exe, args: ['a b'], verbatim: false });
    expect(startedBy('/usr/bin/code.cmd', ['a b'], 'linux')).toMatchObject({
      file: '/usr/bin/code.cmd',
      args: ['a b'],
    });
  });
});
