import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type CommandOptions, commandState, installCommand } from '../../../electron/desktop/commandInstaller.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const runFile = promisify(execFile);
const run = (): Promise<void> => Promise.reject(new Error('runs nothing'));
const one = '/apps/one/resources/bin/micro';

async function options(given: Partial<CommandOptions> = {}): Promise<CommandOptions & { own: string }> {
  const home = await tempFolder('command');
  const own = join(home, '.local/bin');
  return { platform: 'linux', command: one, home, path: `/usr/bin:${own}`, run, own, ...given };
}

describe('the micro command of the packaged app', () => {
  test('is a link in ~/.local/bin, which follows the app when it moves', async () => {
    const given = await options();
    const link = join(given.own, 'micro');
    expect(await commandState(given)).toBe('missing');
    expect(await installCommand({ ...given, path: '/usr/bin' })).toContain(`Add ${given.own} to PATH`);
    expect(await readlink(link)).toBe(one);
    expect(await commandState(given)).toBe('installed');
    const moved = { ...given, command: '/apps/two/resources/bin/micro' };
    expect(await commandState(moved)).toBe('outdated');
    expect(await installCommand(moved)).toBe(`micro is a command now (${link}). In a terminal: micro status`);
    expect(await readlink(link)).toBe(moved.command);
  });

  test('never takes the place of another program', async () => {
    const given = await options();
    await mkdir(given.own, { recursive: true });
    const editor = join(given.own, 'micro');
    await writeFile(editor, 'an editor');
    expect(await commandState(given)).toBe('taken');
    await expect(installCommand(given)).rejects.toThrow(`${editor} is there already`);
    await expect(installCommand({ ...given, appImage: '/apps/micro.AppImage' })).rejects.toThrow('Move it away.');
    expect(await readFile(editor, 'utf8')).toBe('an editor');
  });

  test('that a package brought for all users counts as installed', async () => {
    const given = await options();
    const shared = join(given.home, 'shared');
    await mkdir(shared);
    await symlink(one, join(shared, 'micro'));
    expect(await commandState({ ...given, path: `${shared}:/usr/bin` })).toBe('installed');
  });

  test('of an AppImage is a script that starts it with the words as they are, and says when it is gone', async () => {
    const given = await options();
    const folder = join(given.home, "Ann's Apps $HOME");
    await mkdir(folder);
    const appImage = join(folder, 'micro.AppImage');
    // Stands for the AppImage's own start: it runs the mounted Node with all words, and knows of the mount.
    await mkdir(join(folder, 'mount/resources/app.asar.unpacked/dist/node'), { recursive: true });
    await writeFile(
      join(folder, 'mount/resources/app.asar.unpacked/dist/node/cli.mjs'),
      'console.log(JSON.stringify({ words: process.argv.slice(2), cli: process.argv[1], node: process.env.ELECTRON_RUN_AS_NODE }))',
    );
    const start = `#!/bin/sh\nAPPDIR="$(dirname "$0")/mount" exec '${process.execPath}' "$@"\n`;
    await writeFile(appImage, start);
    await chmod(appImage, 0o755);

    const mounted = { ...given, appImage, command: '/tmp/.mount_1/resources/bin/micro' };
    expect(await installCommand(mounted)).toContain('micro is a command now');
    const script = join(given.own, 'micro');
    expect((await lstat(script)).isFile()).toBe(true);
    expect(await readFile(script, 'utf8')).not.toContain('.mount_1');
    const words = ['logs', 'a b', "it's", '--json', '', '--', '-e'];
    const { stdout } = await runFile(script, words);
    expect(JSON.parse(stdout)).toEqual({
      words,
      cli: join(folder, 'mount/resources/app.asar.unpacked/dist/node/cli.mjs'),
      node: '1',
    });

    // The next start is from another mount and needs nothing; from another place it is put right.
    expect(await commandState({ ...mounted, command: '/tmp/.mount_2/resources/bin/micro' })).toBe('installed');
    expect(await commandState({ ...mounted, appImage: '/elsewhere/micro.AppImage' })).toBe('outdated');
    expect(await commandState({ ...given, appImage: undefined })).toBe('outdated');
    await rm(appImage);
    await expect(runFile(script, [])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is gone: ${appImage}`) as unknown,
    });
  });

  test('is a link in /usr/local/bin on macOS, and in ~/.local/bin where that is missing or of another program', async () => {
    const given = await options({ platform: 'darwin', command: '/Applications/M.app/Contents/Resources/bin/micro' });
    const sharedFolder = join(given.home, 'usr-local-bin');
    const own = join(given.own, 'micro');
    expect(await installCommand({ ...given, sharedFolder })).toContain(own);
    expect(await readlink(own)).toBe(given.command);
    expect(await commandState({ ...given, sharedFolder })).toBe('installed');

    await rm(own);
    await mkdir(sharedFolder);
    const shared = join(sharedFolder, 'micro');
    expect(await installCommand({ ...given, sharedFolder, path: sharedFolder })).toContain(shared);
    expect(await readlink(shared)).toBe(given.command);

    await rm(shared);
    await writeFile(shared, 'an editor');
    expect(await installCommand({ ...given, sharedFolder, path: sharedFolder })).toContain(`Add ${given.own} to PATH`);
    expect(await readlink(own)).toBe(given.command);
    expect(await readFile(shared, 'utf8')).toBe('an editor');
  });

  test('is refused on macOS while the app runs from its disk image or where it was downloaded', async () => {
    const given = await options({ platform: 'darwin' });
    for (const place of ['/Volumes/Micro Desktop 1', '/private/var/folders/x/AppTranslocation/1/d']) {
      const command = `${place}/Micro Desktop.app/Contents/Resources/bin/micro`;
      await expect(installCommand({ ...given, command })).rejects.toThrow('Move it to Applications');
    }
    expect(await commandState(given)).toBe('missing');
  });

  test('is added to the PATH of the user on Windows, as one word whatever its name, and not twice', async () => {
    const runs: string[][] = [];
    const folder = "C:\\Users\\Ann O'Hara\\AppData\\Local\\Programs\\Micro Desktop\\resources\\bin";
    const given = await options({
      platform: 'win32',
      command: `${folder}\\micro.cmd`,
      path: 'C:\\Windows;C:\\Windows\\System32',
      run: async (program, args) => void runs.push([program, ...args]),
    });
    expect(await commandState(given)).toBe('missing');
    expect(await installCommand(given)).toContain('Open a new terminal');
    expect(runs[0]?.[0]).toBe('powershell.exe');
    // PowerShell makes one text of the words and reads it anew.
    expect(runs[0]?.at(-1)).toBe(`'${folder.replace("'", "''")}'`);
    // What is there stays as it was written, with its variables.
    expect(runs[0]?.at(-2)).toContain('DoNotExpandEnvironmentNames');
    expect(runs[0]?.at(-2)).not.toContain('"');
    const added = { ...given, path: `C:\\Windows;${folder}` };
    expect(await commandState(added)).toBe('installed');
    expect(await installCommand(added)).toContain('already');
    expect(runs).toHaveLength(1);
    for (const written of [`${folder.toUpperCase()}\\`, `"${folder}"`, folder.replaceAll('\\', '/')])
      expect(await commandState({ ...given, path: `C:\\Windows;${written}` })).toBe('installed');
  });
});
