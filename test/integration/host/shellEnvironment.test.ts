import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { shellArguments } from '../../../electron/server/host/askShell.ts';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import { cleanEnvironment } from '../../../electron/server/host/cleanEnvironment.ts';
import {
  hasTerminalEnvironment,
  ShellEnvironment,
  type ShellEnvironmentOptions,
  type SystemEnvironment,
} from '../../../electron/server/host/shellEnvironment.ts';
import { collect } from '../../helpers/collect.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
const write = (name: string, text: string): Promise<void> => writeFile(join(home, name), text);
/** As a desktop starts an app: hardly anything is set, and there is no terminal. */
const read = (
  shell: string,
  more: ShellEnvironmentOptions & { extra?: Record<string, string> } = {},
): Promise<SystemEnvironment> => {
  const { extra, ...options } = more;
  const env = { HOME: home, DISPLAY: ':0', PATH: '/usr/bin:/bin', SHELL: shell, ...extra };
  return new ShellEnvironment({ env, loginShell: () => undefined, ...options }).read();
};

const folders = (env: Record<string, string>): string[] => (env['PATH'] ?? '').split(':');

beforeEach(async () => {
  home = await tempFolder('shell');
  await mkdir(join(home, 'bin'));
  await write('bin/mytool', '#!/bin/sh\necho "mytool runs"\n');
  await chmod(join(home, 'bin/mytool'), 0o755);
  await write(
    '.bashrc',
    'case $- in *i*) ;; *) return;; esac\necho "Welcome! {"\nexport PATH="$HOME/bin:$PATH"\nexport FROM_RC="a\nb \'c\' ü"\nalias ls=no\n',
  );
});

describe('the environment of the user', () => {
  it('SUP-11 has what the start-up file of bash adds behind its "only interactive" guard, and no greeting', async () => {
    const { env, source, warning } = await read('/bin/bash');
    expect({ source, warning }).toEqual({ source: 'shell', warning: undefined });
    expect(folders(env)[0]).toBe(`${home}/bin`);
    expect(folders(env)).toEqual(expect.arrayContaining(['/usr/bin', '/bin']));
    expect(env['FROM_RC']).toBe("a\nb 'c' ü");
    expect(env['DISPLAY']).toBe(':0');
    const launched = await new ChildLauncher().launch({ argv: ['mytool'], cwd: '/', env });
    const output = collect(launched);
    expect(await output.exit).toEqual({ code: 0, signal: null });
    expect(output.stdout).toBe('mytool runs\n');
  });

  it('SUP-11 has what the login file adds as well, each folder of PATH once, and nothing of the shell that was asked', async () => {
    await write('.profile', 'export FROM_LOGIN=1\nexport PATH="$HOME/login:$HOME/bin:$PATH"\n');
    const { env } = await read('/bin/bash');
    expect(folders(env).slice(0, 2)).toEqual([`${home}/bin`, `${home}/login`]);
    expect(new Set(folders(env)).size).toBe(folders(env).length);
    expect(env['FROM_LOGIN']).toBe('1');
    for (const name of ['_', 'SHLVL', 'PWD', 'OLDPWD', 'ELECTRON_RUN_AS_NODE', 'MICRO_SHELL_ENVIRONMENT']) {
      expect(env, name).not.toHaveProperty(name);
    }
  });

  it('SUP-11 comes from another shell when the wanted one is gone; that is said once, with its name', async () => {
    const { env, shell, warning } = await read('/opt/gone/bash');
    expect(shell).toBe('/bin/bash');
    expect(warning).toBe('the shell /opt/gone/bash does not exist; the environment of /bin/bash is used');
    expect(folders(env)[0]).toBe(`${home}/bin`);
    expect(folders(env)).toEqual(expect.arrayContaining(['/usr/bin', '/bin']));
  });

  for (const [name, file, line] of [
    ['zsh', '.zshrc', 'export PATH="$HOME/bin:$PATH"'],
    ['fish', '.config/fish/config.fish', 'set -gx PATH $HOME/bin $PATH'],
    ['tcsh', '.tcshrc', 'setenv PATH $HOME/bin:$PATH'],
    ['dash', '.profile', 'export PATH="$HOME/bin:$PATH"'],
  ] as const) {
    const path = spawnSync('sh', ['-c', `command -v ${name}`])
      .stdout.toString()
      .trim();
    it.skipIf(path === '' && process.platform !== 'linux')(`SUP-11 comes from ${name} too`, async () => {
      await mkdir(join(home, file, '..'), { recursive: true });
      await write(file, `echo hello\n${line}\n`);
      const { env, warning } = await read(path);
      expect(warning).toBeUndefined();
      expect(env['PATH']?.startsWith(`${home}/bin:`)).toBe(true);
    });
  }

  it('SUP-11 of a shell that waits for ever, or ends, is given up within its time, and that is said', async () => {
    await write('.bashrc', 'sleep 641 & wait');
    const hung = await read('/bin/bash', { timeoutMs: 500 });
    expect(hung).toMatchObject({ source: 'process', env: { PATH: '/usr/bin:/bin' } });
    expect(hung.warning).toMatch(
      /^the environment of \/bin\/bash could not be read \(it did not finish within 0.5 s\); services get/,
    );
    expect(spawnSync('pgrep', ['-f', 'sleep 641']).stdout.toString()).toBe('');
    await write('.bashrc', 'echo bye; exit 7');
    expect((await read('/bin/bash')).warning).toContain('it ended with exit code 7');
  });

  it('does not wait for what a start-up file left running', async () => {
    await write('.bashrc', 'sleep 642 &\nexport STARTED=1');
    const { env } = await read('/bin/bash', { timeoutMs: 60_000 });
    expect(env['STARTED']).toBe('1');
  });

  it('is asked for once', async () => {
    await write('.bashrc', `echo x >> ${home}/asked; export A=1`);
    const shell = new ShellEnvironment({ env: { HOME: home, PATH: '/usr/bin:/bin', SHELL: '/bin/bash' } });
    const [first, second] = await Promise.all([shell.read(), shell.read()]);
    expect(first).toBe(second);
    await write('.bashrc', 'export A=2');
    expect((await shell.read()).env['A']).toBe('1');
    expect((await shell.refresh()).env['A']).toBe('2');
  });

  it('is our own when we were started from a terminal, and on Windows', async () => {
    const env = { TERM: 'xterm', PATH: '/x', SHELL: '/bin/bash' };
    expect(await new ShellEnvironment({ env }).read()).toEqual({ env, source: 'process' });
    expect(hasTerminalEnvironment({}, 'win32')).toBe(true);
    expect(hasTerminalEnvironment({ TERM: 'dumb' }, 'linux')).toBe(false);
  });

  it('is asked of each shell with the arguments it knows', () => {
    expect(shellArguments('/usr/bin/zsh', 'c')).toEqual(['-i', '-l', '-c', 'c']);
    expect(shellArguments('/usr/bin/fish', 'c')).toEqual(['-i', '-l', '-c', 'c']);
    expect(shellArguments('/bin/tcsh', 'c')).toEqual(['-ic', 'c']);
    expect(shellArguments('/usr/bin/pwsh', "'node' x")).toEqual(['-Login', '-Command', "& 'node' x"]);
    expect(shellArguments('/usr/bin/nu', "'node' x")).toEqual(['-i', '-l', '-c', "^'node' x"]);
  });
});

describe('variables that are not the user’s', () => {
  it('DT-07 of an AppImage do not reach services', () => {
    expect(
      cleanEnvironment({
        APPDIR: '/tmp/.mount_micro',
        APPIMAGE: '/home/u/micro.AppImage',
        ARGV0: 'micro',
        OWD: '/home/u',
        LD_LIBRARY_PATH: '/tmp/.mount_micro/usr/lib:/opt/mine/lib',
        GSETTINGS_SCHEMA_DIR: '/tmp/.mount_micro/usr/share/glib-2.0/schemas',
        PATH: '/tmp/.mount_micro:/tmp/.mount_micro/usr/bin:/usr/bin',
        ELECTRON_RUN_AS_NODE: '1',
        CHROME_DESKTOP: 'micro.desktop',
        HOME: '/home/u',
      }),
    ).toEqual({ LD_LIBRARY_PATH: '/opt/mine/lib', PATH: '/usr/bin', HOME: '/home/u' });
  });

  it('of npm do not reach services, nor the folders it put in front of PATH', () => {
    expect(
      cleanEnvironment({
        npm_lifecycle_event: 'start',
        npm_config_cache: '/x',
        INIT_CWD: '/p',
        PATH: '/p/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin:/mine/node_modules/.bin',
      }),
    ).toEqual({ PATH: '/usr/bin:/mine/node_modules/.bin' });
    const own = { PATH: '/mine/node_modules/.bin:/usr/bin' };
    expect(cleanEnvironment(own)).toEqual(own);
  });

  it('of an instance that started this server do not reach services', () => {
    expect(cleanEnvironment({ MICRO_INSTANCE_ID: 'i', MICRO_TOKEN: 't', MICRO_HOME: '/h', MICRO_URL_A: 'u' })).toEqual({
      MICRO_HOME: '/h',
    });
  });
});
