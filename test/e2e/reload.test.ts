import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

/** Lets the app believe that another window is in front, and keeps what it has the system say. */
const watchNotifications = (app: LaunchedApp['app']): Promise<void> =>
  app.evaluate(({ BrowserWindow, Notification }) => {
    const titles: string[] = [];
    (globalThis as { seenTitles?: string[] }).seenTitles = titles;
    BrowserWindow.prototype.isFocused = () => false;
    Notification.isSupported = () => true;
    Notification.prototype.show = function (this: { title: string }) {
      titles.push(this.title);
    };
  });

const seenTitles = (app: LaunchedApp['app']): Promise<string[]> =>
  app.evaluate(() => (globalThis as { seenTitles?: string[] }).seenTitles ?? []);

describe('a save under the window', () => {
  test('a broken orders is shown while the version before it serves, and the next good save is swapped in', async () => {
    const folder = join(await tempFolder('reload'), 'shop');
    await cp(shop, folder, { recursive: true });
    launched = await launchApp({ args: ['--project', folder] });
    const { page, app } = launched;
    const server = await launched.server();
    const orders = async () => (await statusOf(server)).get('orders');
    await waitFor('orders to run', async () => (await orders())?.status === 'STATUS_RUNNING', 60_000);
    const firstPid = (await orders())?.instances?.[0]?.pid as number;
    const serves = async (): Promise<number> => (await fetch(`${server.gateway}/orders/healthz`)).status;
    await watchNotifications(app);

    await page.locator('.react-flow__node[data-id="orders"]').click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByText(/^watching \d+ files/).waitFor();
    const file = join(folder, 'services', 'orders.mjs');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}\nserve({ 'GET /broken': `);

    const failed = inspector.getByRole('region', { name: 'The build failed' });
    await failed.getByText('SyntaxError').waitFor();
    await failed.getByText('The version before it goes on serving').waitFor();
    await page
      .locator('.react-flow__node[data-id="orders"]')
      .getByText('build failed, old version serving')
      .waitFor({ state: 'attached' });
    expect((await orders())?.instances?.map(({ pid }) => pid)).toEqual([firstPid]);
    expect(await serves()).toBe(200);
    expect(await seenTitles(app)).toContain('The build of orders failed');
    const navigation = page.getByRole('navigation', { name: 'Pages' });
    await navigation.getByText('Services', { exact: true }).click();
    const row = page.locator('[data-service="orders"]');
    await row.getByText('build failed, old version serving').waitFor();
    await row.getByText('running', { exact: true }).waitFor();

    await writeFile(file, `${good}\nlog('info', 'the second version');\n`);
    const timeline = inspector.getByRole('list', { name: 'Last reloads' });
    await timeline.getByText(/^swapped/).waitFor();
    await failed.waitFor({ state: 'detached' });
    await row.getByText(/^swapped in \d+ ms · orders.mjs$/).waitFor();
    // The old copy ends its calls before it goes.
    await waitFor(
      'the new copy alone',
      async () => {
        const pids = (await orders())?.instances?.map(({ pid }) => pid) ?? [];
        return pids.length === 1 && pids[0] !== firstPid;
      },
      30_000,
    );
    expect(await serves()).toBe(200);
    await timeline.getByText('build failed').waitFor();
    await row.dblclick();
    // Its newest lines; older ones scroll out of sight while the shopper goes on.
    await page
      .getByRole('grid', { name: /orders/ })
      .getByText(/order \d+/)
      .first()
      .waitFor();

    // Paused, a save has no effect; it is said at the bottom, which also ends the pause.
    await inspector.getByRole('button', { name: 'Pause hot reload' }).click();
    await inspector.getByText('paused', { exact: true }).waitFor();
    await inspector.getByRole('button', { name: 'Why was a save ignored…' }).click();
    const question = page.getByRole('dialog', { name: 'Does a save reload orders?' });
    await question.getByRole('textbox').fill('services/orders.mjs');
    await question.getByRole('button', { name: 'Explain' }).click();
    await question.getByText(/does not reload orders: reloading is paused/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'hot reload paused: orders' }).click();
    await inspector.getByText(/^watching \d+ files/).waitFor();
  });
});
