import { describe, expect, it } from 'vitest';
import { chooseShell, type ShellMachine, shellName } from '../../../electron/server/terminals/shellChoice.ts';
import { terminalEnvironment } from '../../../electron/server/terminals/terminalEnvironment.ts';

function machine(platform: NodeJS.Platform, files: readonly string[]): ShellMachine {
  return {
    platform,
    isExecutable: (path) => Promise.resolve(files.includes(path)),
    find: (program) => Promise.resolve(files.find((file) => file.endsWith(`\\${program}`))),
  };
}

describe('the shell of a terminal', () => {
  it("is the user's own", async () => {
    expect(await chooseShell({ SHELL: '/usr/bin/fish' }, machine('linux', ['/usr/bin/fish', '/bin/bash']))).toEqual([
      '/usr/bin/fish',
    ]);
  });

  it('is one that every system has when the own is gone, none or no path', async () => {
    for (const env of [{ SHELL: '/gone/zsh' }, {}, { SHELL: 'bash' }]) {
      expect(await chooseShell(env, machine('linux', ['/bin/zsh', '/bin/bash']))).toEqual(['/bin/bash']);
    }
    expect(await chooseShell({}, machine('linux', []))).toEqual(['/bin/sh']);
  });

  it('is a login shell on macOS, where PATH is made in the login files', async () => {
    expect(await chooseShell({}, machine('darwin', ['/bin/zsh', '/bin/bash']))).toEqual(['/bin/zsh', '-l']);
  });

  it('is PowerShell on Windows, the newer one first, else cmd', async () => {
    const old = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';
    const newer = 'C:\\Program Files\\PowerShell\\7\\pwsh.exe';
    expect(await chooseShell({ Path: 'x' }, machine('win32', [old, newer]))).toEqual([newer, '-NoLogo']);
    expect(await chooseShell({ Path: 'x' }, machine('win32', [old]))).toEqual([old, '-NoLogo']);
    expect(await chooseShell({ ComSpec: 'C:\\cmd.exe' }, machine('win32', []))).toEqual(['C:\\cmd.exe']);
  });

  it('is called by its plain name', () => {
    expect(shellName(['/usr/bin/zsh', '-l'])).toBe('zsh');
    expect(shellName(['C:\\Program Files\\PowerShell\\7\\pwsh.exe'])).toBe('pwsh');
  });
});

describe('the environment of a terminal', () => {
  it('says which terminal it is, and nothing of the one the server was started in', () => {
    const env = terminalEnvironment(
      { PATH: '/bin', LANG: 'de_DE.UTF-8', TERM: 'dumb', TMUX: '/tmp/x', COLUMNS: '80' },
      { platform: 'linux' },
    );
    expect(env).toEqual({
      PATH: '/bin',
      LANG: 'de_DE.UTF-8',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      TERM_PROGRAM: 'micro',
    });
  });

  it('of the command line says which terminal that runs in', () => {
    const outer = { term: 'screen-256color', colorTerm: '' };
    const env = terminalEnvironment({ LANG: 'C.UTF-8', COLORTERM: 'truecolor', TERM: 'dumb' }, { outer });
    expect(env).toEqual({ LANG: 'C.UTF-8', TERM: 'screen-256color' });
    expect(terminalEnvironment({ LANG: 'C' }, { outer: { term: '', colorTerm: '24bit' } })).toEqual({
      LANG: 'C',
      TERM: 'xterm-256color',
      COLORTERM: '24bit',
    });
  });

  it('TRM-05 has a character set that knows more than ASCII, also when the app was started without a locale', () => {
    expect(terminalEnvironment({}, { platform: 'linux' })).toMatchObject({ LC_CTYPE: 'C.UTF-8' });
    expect(terminalEnvironment({}, { platform: 'darwin' })).toMatchObject({ LC_CTYPE: 'UTF-8' });
    expect(terminalEnvironment({ LC_ALL: 'C' }, { platform: 'linux' })).not.toHaveProperty('LC_CTYPE');
    expect(terminalEnvironment({}, { platform: 'win32' })).not.toHaveProperty('LC_CTYPE');
  });
});
