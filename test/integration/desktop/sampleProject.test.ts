import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleProject } from '../../../electron/desktop/sampleProject.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

test('an installed app gives the user a copy of the sample, once, and keeps what was changed in it', async () => {
  const folder = await tempFolder('sample');
  const original = join(folder, 'installed', 'shop');
  await mkdir(join(original, 'lib'), { recursive: true });
  await writeFile(join(original, 'micro.yaml'), 'name: shop\n');
  await writeFile(join(original, 'lib', 'a.mjs'), '1');
  expect(await sampleProject(original, undefined)).toBe(original);

  const copy = join(folder, 'home', 'sample', 'shop');
  expect(await sampleProject(original, copy)).toBe(copy);
  expect(await readFile(join(copy, 'lib', 'a.mjs'), 'utf8')).toBe('1');
  await writeFile(join(copy, 'micro.yaml'), 'name: mine\n');
  expect(await sampleProject(original, copy)).toBe(copy);
  expect(await readFile(join(copy, 'micro.yaml'), 'utf8')).toBe('name: mine\n');
  expect(await readdir(join(folder, 'home', 'sample'))).toEqual(['shop']);
});
