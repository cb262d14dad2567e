import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FirstFiles } from '../../../electron/desktop/firstFiles.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

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
  const script = join(folder, 'assets', 'a.js');
  const found = await waitFor('the script', () => files.take(script));
  expect(found.toString()).toBe('first');
  expect(files.take(script)).toBeUndefined();
  expect(files.take(join(folder, 'other.js'))).toBeUndefined();
});

test('what is missing is an error of whoever asks for it, and of nobody else', async () => {
  const folder = await page();
  const files = new FirstFiles(folder);
  files.start();
  const style = join(folder, 'assets', 'gone.css');
  const gone = await waitFor('the style', () => {
    const reading = files.take(style);
    return reading && { reading };
  });
  await expect(gone.reading).rejects.toMatchObject({ code: 'ENOENT' });

  const empty = await tempFolder('first-files');
  const none = new FirstFiles(empty);
  none.start();
  await expect(none.take(join(empty, 'index.html'))).rejects.toMatchObject({ code: 'ENOENT' });
  await rm(empty, { recursive: true });
});
