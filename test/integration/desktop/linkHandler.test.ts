import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { desktopEntry, registerLinks } from '../../../electron/desktop/linkHandler.ts';
import { setStartAtLogin } from '../../../electron/desktop/startAtLogin.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** A user on Linux, and what was done for the links of the app. */
async function fixture(fails = false) {
  const home = await tempFolder('links');
  const runs: string[][] = [];
  const said: string[] = [];
  const register = (program: string, platform: NodeJS.Platform = 'linux'): Promise<void> =>
    registerLinks({
      platform,
      program,
      env: {},
      home,
      setAsDefault: () => {
        runs.push(['system']);
        return true;
      },
      run: async (name, args) => {
        runs.push([name, ...args]);
        if (fails) throw new Error('spawn xdg-mime ENOENT');
      },
      log: { info: (text) => said.push(text), warn: (text) => said.push(text) },
    });
  const entry = join(home, '.local/share/applications/micro-desktop-links.desktop');
  return { home, runs, said, register, entry };
}

describe('DT-08 links of an app that was only unpacked', () => {
  test('are registered at the first start, and anew after it was moved, but not at every start', async () => {
    const { runs, register, entry, said } = await fixture();
    await register('/home/ann/meine Apps/micro-desktop');
    expect(await readFile(entry, 'utf8')).toContain('Exec="/home/ann/meine Apps/micro-desktop" %U\n');
    expect(await readFile(entry, 'utf8')).toContain('MimeType=x-scheme-handler/micro;\n');
    const registered = ['xdg-mime', 'default', 'micro-desktop-links.desktop', 'x-scheme-handler/micro'];
    expect(runs).toEqual([registered]);
    await register('/home/ann/meine Apps/micro-desktop');
    expect(runs).toHaveLength(1);
    await register('/home/ann/moved/micro-desktop');
    expect(await readFile(entry, 'utf8')).toContain('Exec="/home/ann/moved/micro-desktop" %U\n');
    expect(runs).toEqual([registered, registered]);
    expect(said.at(-1)).toContain('which was moved');
  });

  test('say what is missing where the system cannot be told', async () => {
    const { register, said } = await fixture(true);
    await register('/opt/x/micro-desktop');
    expect(said).toEqual([expect.stringContaining('xdg-utils')]);
  });

  test('are left to the system on macOS and Windows', async () => {
    const { register, runs, entry } = await fixture();
    await register('C:\\Micro Desktop.exe', 'win32');
    expect(runs).toEqual([['system']]);
    await expect(stat(entry)).rejects.toThrow('ENOENT');
  });

  test('name a program whatever characters its path has', () => {
    const mark = '\\'.repeat(2);
    expect(desktopEntry('/a"b$c`d\\e/100%')).toContain(
      `Exec="/a${mark}"b${mark}$c${mark}\`d${mark}${mark}e/100%%" %U\n`,
    );
  });
});

test('start at login is an entry that starts the app as a click does, and goes when it is no longer wished', async () => {
  const home = await tempFolder('login');
  const options = {
    platform: 'linux' as const,
    command: ['/home/ann/Micro.AppImage', '/src/micro'],
    env: {},
    home,
    setLoginItem: () => {
      throw new Error('is not asked on Linux');
    },
  };
  await setStartAtLogin(false, options);
  await setStartAtLogin(true, options);
  const text = await readFile(join(home, '.config/autostart/micro-desktop.desktop'), 'utf8');
  expect(text).toContain('Exec="/home/ann/Micro.AppImage" "/src/micro"\n');
  expect(text).not.toContain('NoDisplay');
  await setStartAtLogin(false, options);
  await expect(stat(join(home, '.config/autostart/micro-desktop.desktop'))).rejects.toThrow('ENOENT');
});
