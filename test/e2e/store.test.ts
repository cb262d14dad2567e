import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp, type ServerAddress } from '../helpers/electronApp.ts';
import { layeredServices, writeSampleProject } from '../helpers/sampleProject.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const place = { database: 'micro', table: 'orders' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface SeenRecord {
  value?: string;
  info: { expiresAt?: number; metadata?: object; revision: number };
}

const write = (server: ServerAddress, key: string, value: string, more: object = {}): Promise<unknown> =>
  call(server, 'records.Records/Apply', {
    place,
    operations: [{ key, put: { value: base64(value), ttlMs: 0, ...more } }],
  });
const read = async (
  server: ServerAddress,
  key: string,
): Promise<{ text: string; info: SeenRecord['info'] } | undefined> => {
  try {
    const { value = '', info } = (await call(server, 'records.Records/Get', { place, key })) as SeenRecord;
    return { text: Buffer.from(value, 'base64').toString(), info };
  } catch {
    return undefined;
  }
};

async function openStore(): Promise<{ page: LaunchedApp['page']; server: ServerAddress; folder: string }> {
  const folder = await writeSampleProject(await tempFolder('store-window'), 'three', layeredServices(1));
  launched = await launchApp({ args: ['--project', folder] });
  const { page } = launched;
  const server = await launched.server();
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph').waitFor();
  return { page, server, folder };
}

describe('the store in the window', () => {
  test('is walked by keyboard, edited, and shows both sides when somebody else writes meanwhile', async () => {
    const { page, server } = await openStore();
    await page.keyboard.press('d');
    await page.getByText('Nothing is stored yet').waitFor();
    await page.getByText('micro store write greeting hello', { exact: true }).waitFor();
    await write(server, 'cart/1', '{"items":["tea",2],"big":12345678901234567890}');
    await write(server, 'cart/2', '{"items":[]}');
    await write(server, 'note', 'plain');

    // The list fills by itself.
    const grid = page.getByRole('grid', { name: 'Keys of micro/orders' });
    await page
      .getByRole('navigation', { name: 'Tables' })
      .getByRole('button', { name: /orders/ })
      .click();
    await grid.getByText('cart/2').waitFor();
    await grid.focus();
    await page.keyboard.press('Home');
    const record = page.getByRole('region', { name: 'Record cart/1' });
    await record.getByText('"tea"').waitFor();
    await record.getByText('12345678901234567890').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('region', { name: 'Record cart/2' }).waitFor();

    await page.keyboard.press('Shift+E');
    const value = page.getByRole('textbox', { name: 'Value', exact: true });
    await value.fill('{"items": [1,]}');
    await page.getByText('Not JSON: line 1, column 14: expected a value').waitFor();
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await value.fill('{"items": [1]}');

    await write(server, 'cart/2', '{"items":["theirs"]}');
    const conflict = page.getByRole('alert', { name: 'Conflict' });
    await conflict.getByText('theirs').waitFor();
    await conflict.getByText('[1]').waitFor();
    await conflict.getByRole('button', { name: 'Save mine over it' }).click();
    await conflict.waitFor({ state: 'detached' });
    await waitFor('mine to be stored', async () => (await read(server, 'cart/2'))?.text === '{"items":[1]}');
    await page.getByText('“cart/2” saved').waitFor();
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await waitFor('theirs to be back', async () => (await read(server, 'cart/2'))?.text === '{"items":["theirs"]}');

    await page.keyboard.press('/');
    await page.keyboard.type('no');
    await grid.getByText('cart/1').waitFor({ state: 'detached' });
    await grid.getByText('note').waitFor();
    await page.getByRole('status').getByText('1 key').waitFor();
    expect(launched?.pageErrors).toEqual([]);
  });

  test('deletes by key and by marks, and brings back value, metadata and end', async () => {
    const { page, server } = await openStore();
    await write(server, 'a', 'one', { ttlMs: 3_600_000, metadata: { by: { type: 'string', value: 'test' } } });
    for (const key of ['b', 'c', 'd']) await write(server, key, key);
    const before = await read(server, 'a');
    await page.keyboard.press('d');
    const grid = page.getByRole('grid', { name: 'Keys of micro/orders' });
    await grid.getByText('a', { exact: true }).click();
    await page.getByRole('region', { name: 'Record a' }).getByText('one').waitFor();
    await page.keyboard.press('Delete');
    await page.getByText('“a” deleted').waitFor();
    expect(await read(server, 'a')).toBeUndefined();
    await page.keyboard.press('Control+z');
    await waitFor('the record to be back', async () => (await read(server, 'a')) !== undefined);
    const after = await read(server, 'a');
    expect(after).toMatchObject({ text: 'one', info: { metadata: { by: { type: 'string', value: 'test' } } } });
    expect(Math.abs((after?.info.expiresAt ?? 0) - (before?.info.expiresAt ?? 0))).toBeLessThan(5_000);

    await grid.getByText('b', { exact: true }).click();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog', { name: 'Delete 3 records?' }).getByRole('button', { name: 'Delete 3' }).click();
    await page.getByText('3 records deleted').waitFor();
    expect(await read(server, 'c')).toBeUndefined();
    await page.keyboard.press('Control+z');
    await waitFor('all three to be back', async () => (await read(server, 'd'))?.text === 'd');
    await page.getByText('3 records are back').waitFor();
  });

  test('makes records, imports lines and walks 100,000 keys while holding a few pages of them', async () => {
    const { page, server, folder } = await openStore();
    const names = Array.from({ length: 100_000 }, (_, i) => `user/${String(i).padStart(6, '0')}`);
    for (let i = 0; i < names.length; i += 10_000)
      await call(server, 'records.Records/Apply', {
        place,
        operations: names.slice(i, i + 10_000).map((key) => ({ key, put: { value: base64(key) } })),
      });
    await page.keyboard.press('d');
    const grid = page.getByRole('grid', { name: 'Keys of micro/orders' });
    await page.getByText('100,000 keys').waitFor();
    await grid.focus();
    await page.keyboard.press('End');
    await grid.getByText('user/099999').waitFor();
    await page.getByRole('region', { name: 'Record user/099999' }).waitFor();
    await page.keyboard.press('PageUp');
    await page.getByRole('region', { name: /^Record user\/0999[5-8]/ }).waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await page.keyboard.press('Home');
    await grid.getByText('user/000000').waitFor();
    await page.getByRole('button', { name: /^Key/ }).click();
    await grid.getByText('user/099998').waitFor();

    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'New record' });
    await dialog.getByLabel('Key').fill('user/000007');
    await dialog.getByLabel('Value').fill('mine');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('“user/000007” is there already.').waitFor();
    await dialog.getByLabel('Table').fill('people');
    await dialog.getByLabel('Ends in').fill('2h');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page
      .getByRole('region', { name: 'Record user/000007' })
      .getByText(/ends in 1 h 59 min/)
      .waitFor();

    const file = join(folder, 'lines.jsonl');
    await writeFile(file, '{"key":"x/1","value":{"a":1}}\n{"key":"x/2","value":"text"}\n');
    await page.getByLabel('File to import').setInputFiles(file);
    await page.getByRole('dialog', { name: 'Import 2 records?' }).getByRole('button', { name: 'Import' }).click();
    await page.getByText('2 records imported').waitFor();
    await page.getByRole('grid', { name: 'Keys of micro/people' }).getByText('x/1').click();
    await page.getByRole('region', { name: 'Record x/1' }).getByText('"a"').waitFor();
  });
});
