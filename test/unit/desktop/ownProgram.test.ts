import { describe, expect, it } from 'vitest';
import { ownProgram, windowsWord } from '../../../electron/desktop/ownProgram.ts';

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
