import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installCommand } from '../../../electron/desktop/commandInstaller.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const unused = (): Promise<void> => Promise.reject(new Error('runs nothing'));

describe('the micro command of the packaged app', () => {
  test('is a link in ~/.local/bin, which follows the app when it moves', async () => {
    const home = await tempFolder('command');
    const link = join(home, '.local/bin/micro');
    const install = (command: string, path: string): Promise<string> =>
      installCommand({ platform: 'linux', command, home, path, run: unused });
    expect(await install('/apps/one/resources/bin/micro', '/usr/bin')).toContain('to PATH');
    expect(await readlink(link)).toBe('/apps/one/resources/bin/micro');
    const path = ['/usr/bin', join(home, '.local/bin')].join(delimiter);
    expect(await install('/apps/two/resources/bin/micro', path)).toBe(
      'micro is a command now. In a terminal: micro status',
    );
    expect(await readlink(link)).toBe('/apps/two/resources/bin/micro');
  });

  test('never takes the place of another program', async () => {
    const home = await tempFolder('command');
    await mkdir(join(home, '.local/bin'), { recursive: true });
    const editor = join(home, '.local/bin/micro');
    await writeFile(editor, 'an editor');
    const command = '/apps/one/resources/bin/micro';
    await expect(installCommand({ platform: 'darwin', command, home, path: '', run: unused })).rejects.toThrow(
      `${editor} is there already`,
    );
    expect(await readFile(editor, 'utf8')).toBe('an editor');
  });

  test('is added to the PATH of the user on Windows, with the folder as a word of its own', async () => {
    const runs: string[][] = [];
    const command = join('/apps/one', 'bin', 'micro.cmd');
    const options = {
      platform: 'win32' as const,
      command,
      home: '/home',
      run: async (...run: [string, string[]]) => void runs.push([run[0], ...run[1]]),
    };
    await installCommand({ ...options, path: '/usr/bin' });
    expect(runs[0]?.[0]).toBe('powershell.exe');
    expect(runs[0]?.at(-1)).toBe('/apps/one/bin');
    expect(await installCommand({ ...options, path: `/usr/bin${delimiter}/apps/one/bin` })).toContain('already');
    expect(runs).toHaveLength(1);
  });
});
