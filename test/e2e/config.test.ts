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

const set = (server: ServerAddress, path: string, value: unknown, secret = false): Promise<unknown> =>
  call(server, 'config.Config/Set', { path, value: { data: JSON.stringify(value) }, options: { secret } });
const get = async (server: ServerAddress, path = ''): Promise<unknown> => {
  const { value } = (await call(server, 'config.Config/Get', { path, options: { secret: true } })) as {
    value: { data: string };
  };
  return JSON.parse(value.data);
};

describe('the config in the window', () => {
  test('is walked, changed after a look at what changes, held on a conflict, undone and rolled back', async () => {
    const folder = await writeSampleProject(await tempFolder('config-window'), 'three', layeredServices(1));
    launched = await launchApp({ args: ['--project', folder] });
    const { page } = launched;
    const server = await launched.server();
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph').waitFor();
    await page.keyboard.press('f');
    await page.getByText('No config yet').waitFor();
    await page.getByText('micro config set db.pool 5', { exact: true }).waitFor();
    await set(server, 'db', { host: 'localhost', pool: 5 });
    await set(server, 'api.key', 'S3CR3T-zz', true);

    // It fills by itself, and the secret is nowhere on the page.
    const tree = page.getByRole('tree', { name: 'Config' });
    await tree.getByText('api').waitFor();
    await tree.getByText('pool').click();
    expect(await page.content()).not.toContain('S3CR3T');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const secret = page.getByRole('region', { name: 'api.key' });
    await secret.getByRole('button', { name: 'Reveal' }).click();
    await waitFor('the secret', async () => (await secret.getByLabel('Value').inputValue()) === '"S3CR3T-zz"');

    await tree.getByText('pool').click();
    await page.keyboard.press('Enter');
    const pool = page.getByRole('region', { name: 'db.pool' });
    await pool.getByLabel('Value').fill('8');
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Save this change?' });
    await dialog.getByText('8', { exact: true }).waitFor();
    await dialog.getByText('5', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('db.pool saved').waitFor();
    expect(await get(server, 'db.pool')).toBe(8);

    // Somebody else changes the same value while it is typed at.
    await pool.getByLabel('Value').fill('9');
    await set(server, 'db.pool', 77);
    await pool.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = page.getByRole('alert', { name: 'Conflict' });
    await conflict.getByText('77').waitFor();
    expect(await get(server, 'db.pool')).toBe(77);
    await page.getByRole('dialog').getByRole('button', { name: 'Save mine over it' }).click();
    await waitFor('mine to be stored', async () => (await get(server, 'db.pool')) === 9);

    await tree.getByText('pool').click();
    await page.keyboard.press('Delete');
    await page.getByText('db.pool deleted').waitFor();
    expect(await get(server, 'db')).toEqual({ host: 'localhost' });
    await page.keyboard.press('Control+z');
    await waitFor('the value to be back', async () => JSON.stringify(await get(server, 'db')).includes('"pool":9'));

    await page.getByRole('button', { name: 'History' }).click();
    await page.getByRole('checkbox', { name: 'Compare revision 1' }).check();
    await page.getByRole('region', { name: 'Comparison' }).getByText('db.pool').waitFor();
    await page.getByRole('button', { name: 'Roll back to revision 2' }).click();
    await page.getByRole('dialog').getByText('db.pool').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await waitFor('the older value', async () => (await get(server, 'db.pool')) === 5);
    // The value is there before its message; the undo of the message before it would be another one.
    await page.getByRole('region', { name: 'Messages' }).getByText('Rolled back to revision 2').waitFor();
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).last().click();
    await waitFor('the newer value', async () => (await get(server, 'db.pool')) === 9);

    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const raw = page.getByRole('textbox', { name: 'The document as JSON' });
    await raw.fill('{"api": {"key": "[secret]"}, "web": {"color": "blue"}');
    await page.getByText(/^Not JSON: line 1, column 54/).waitFor();
    await raw.fill('{"api": {"key": "[secret]"}, "web": {"color": "blue"}}');
    await page.getByRole('button', { name: 'Save…' }).click();
    await page
      .getByRole('dialog', { name: 'Save 3 changes?' })
      .getByRole('button', { name: 'Save', exact: true })
      .click();
    await waitFor('the document', async () => JSON.stringify(await get(server)).includes('blue'));
    expect(await get(server)).toEqual({ api: { key: 'S3CR3T-zz' }, web: { color: 'blue' } });
    // The browser itself writes down the refused save.
    expect(launched.pageErrors.filter((error) => !error.includes('409'))).toEqual([]);
  });
});
