import { describe, expect, it } from 'vitest';
import {
  escapeArgument,
  findWindowsProgram,
  resolveWindowsCommand,
} from '../../../electron/server/host/windowsCommand.ts';

const files = new Set([
  'c:\\node\\npm',
  'c:\\node\\npm.cmd',
  'c:\\node\\node.exe',
  'c:\\app\\run.bat',
  'c:\\my tools\\x.exe',
]);
const isFile = async (path: string): Promise<boolean> => files.has(path.toLowerCase());
const env = { Path: 'C:\\node;"C:\\my tools"', PATHEXT: '.COM;.EXE;.BAT;.CMD', ComSpec: 'C:\\Windows\\cmd.exe' };

describe('finding a program on Windows', () => {
  it('tries the endings of PATHEXT in the folders of Path, whatever its spelling', async () => {
    expect(await findWindowsProgram('npm', 'C:\\app', env, isFile)).toBe('C:\\node\\npm.cmd');
    expect(await findWindowsProgram('node', 'C:\\app', env, isFile)).toBe('C:\\node\\node.exe');
    expect(await findWindowsProgram('x', 'C:\\app', env, isFile)).toBe('C:\\my tools\\x.exe');
    expect(await findWindowsProgram('.\\run', 'C:\\app', env, isFile)).toBe('C:\\app\\run.bat');
    expect(await findWindowsProgram('nothing', 'C:\\app', env, isFile)).toBeUndefined();
  });

  it('runs a program directly and a batch file through cmd.exe', async () => {
    expect(await resolveWindowsCommand(['node', 'a b'], 'C:\\app', env, isFile)).toEqual({
      file: 'C:\\node\\node.exe',
      args: ['a b'],
      verbatim: false,
    });
    const npm = await resolveWindowsCommand(['npm', 'run', 'a&b'], 'C:\\app', env, isFile);
    expect(npm).toMatchObject({ file: 'C:\\Windows\\cmd.exe', verbatim: true });
    expect(npm?.args.slice(0, 3)).toEqual(['/d', '/s', '/c']);
    expect(npm?.args[3]).toContain('a^^^&b');
  });

  it('hands a line for cmd.exe over as it is', async () => {
    const command = await resolveWindowsCommand(['cmd.exe', '/d', '/s', '/c', 'a && "b c"'], 'C:\\', env, isFile);
    expect(command?.args).toEqual(['/d', '/s', '/c', '"a && "b c""']);
  });

  it('leaves no character of an argument that cmd.exe would act on', () => {
    const escaped = escapeArgument('a"b%PATH%&|<>^!');
    for (const match of escaped.matchAll(/["%&|<>!]/g)) {
      const before = escaped.slice(0, match.index).match(/\^*$/)?.[0].length ?? 0;
      expect(before % 2, `${match[0]} in ${escaped}`).toBe(1);
    }
  });
});
