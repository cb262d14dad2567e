import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FirstFiles } from '../../../electron/desktop/firstFiles.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

async function page(): Promise<string> {
  const folder = await tempFolder('first-files');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets', 'a.js'), 'first');
  const names = '<script src="./assets/a.js"></script><link href="./assets/gone.css"><a href="https://example.org/x">';
  await writeFile(join(folder, 'index.html'), names);
  return folder;
}

test('the page and what it names are read ahead, and given out once', async () => {
  const folder = await page();
  const files = new FirstFiles(folder);
  files.start();
  expect(files.take(join(folder, 'index.html'))?.toString()).toContain('./assets/a.js');
  const script = join(folder, 'assets', 'a.js');
  expect(files.take(script)?.toString()).toBe('first');
  expect(files.take(script)).toBeUndefined();
  expect(files.take(join(folder, 'other.js'))).toBeUndefined();
});

test('what is missing stops nothing: whoever asks for it reads the disk', async () => {
  const folder = await page();
  const files = new FirstFiles(folder);
  files.start();
  expect(files.take(join(folder, 'assets', 'gone.css'))).toBeUndefined();

  const empty = await tempFolder('first-files');
  const none = new FirstFiles(empty);
  none.start();
  expect(none.take(join(empty, 'index.html'))).toBeUndefined();
});
