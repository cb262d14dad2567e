import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appCommand } from '../../../electron/cli/verbs/open.ts';
import { runMicro } from '../../helpers/runMicro.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

test('micro open starts the app that it belongs to: packaged, or of the same checkout', async () => {
  const folder = await tempFolder('open');
  const packaged = '/opt/Micro Desktop/resources/app.asar.unpacked/dist/node/chunk-A.mjs';
  expect(await appCommand(packaged, '25.1.1', false)).toEqual({ file: process.execPath, args: [] });
  const mounted = packaged.slice(0, packaged.indexOf('/resources/'));
  const image = { APPIMAGE: '/home/ann/micro.AppImage', APPDIR: mounted };
  expect(await appCommand(packaged, '25.1.1', false, image)).toEqual({ file: image.APPIMAGE, args: [] });
  const terminal = { APPIMAGE: '/home/ann/terminal.AppImage', APPDIR: '/tmp/.mount_terminal' };
  expect(await appCommand(packaged, '25.1.1', false, terminal)).toEqual({ file: process.execPath, args: [] });
  await mkdir(join(folder, 'build'));
  await writeFile(join(folder, 'build', 'start.mjs'), '');
  const bundle = join(folder, 'dist', 'node', 'chunk-A.mjs');
  const script = join(folder, 'build', 'start.mjs');
  expect(await appCommand(bundle, undefined)).toEqual({ file: process.execPath, args: [script] });
  expect(await appCommand('/usr/lib/micro/dist/node/cli.mjs', undefined)).toBeUndefined();
});

test('micro open of a folder that is not there says so, and opens nothing', async () => {
  const home = await tempFolder('open');
  const { code, err } = await runMicro(['open', 'nowhere'], { home, cwd: home });
  expect(code).toBe(4);
  expect(err).toContain('"nowhere" is not there');
});
