import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { allRunning } from '../helpers/allRunning.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { layeredServices, writeSampleProject } from '../helpers/sampleProject.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const COUNT = 4;

/** What axe objects to on what is shown now, in lines for the reader of a failed run. */
async function objections(page: Page): Promise<string[]> {
  const results = (await page.evaluate(() =>
    (window as unknown as { axe: { run(options: object): Promise<unknown> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'label-content-name-mismatch': { enabled: true } },
    }),
  )) as AxeResults;
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} (${node.failureSummary ?? ''})`),
  );
}

describe('what assistive technology gets', () => {
  test.each(['light', 'dark'] as const)(
    'no page breaks a rule of WCAG 2.2 AA that axe can see, in the %s theme',
    async (theme) => {
      const folder = await writeSampleProject(await tempFolder('axe'), 'axe', layeredServices(COUNT));
      launched = await launchApp({ args: ['--project', folder], theme });
      const { page } = launched;
      await allRunning(launched, COUNT);
      // Through the driver, because the page itself may run nothing that is not its own.
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      await page.evaluate(axe);
      const found: Record<string, string[]> = {};
      const look = async (where: string): Promise<void> => {
        const seen = await objections(page);
        if (seen.length > 0) found[where] = seen;
      };
      const navigation = page.getByRole('navigation', { name: 'Pages' });
      const name = layeredServices(COUNT)[0]?.name as string;

      await page.locator(`.react-flow__node[data-id="${name}"]`).click();
      await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
      await look('graph with inspector');
      for (const tab of await page.getByRole('complementary', { name: 'Inspector' }).getByRole('tab').all()) {
        await tab.click();
        await look(`inspector, ${await tab.innerText()}`);
      }
      await page.locator(`.react-flow__node[data-id="${name}"]`).dblclick();
      await page.getByText(`${name} listens`).first().waitFor();
      await look('graph with panel');
      const server = await launched.server();
      for (const key of ['cart/1', 'cart/2'])
        await call(server, 'store.Store/Write', { record: { key, value: btoa('{"items":[1]}'), expiry: '3600' } });
      await call(server, 'topics.Topics/Publish', { topic: 'orders', key: '7', payload: btoa('{"id":7}') });
      await call(server, 'config.Config/Set', { path: 'db.pool', value: { data: '5' } });
      await call(server, 'config.Config/Set', { path: 'db.key', value: { data: '"k"' }, options: { secret: true } });
      for (const title of ['Services', 'Logs', 'Traces', 'Calls', 'Store', 'Config', 'Events', 'Access', 'Settings']) {
        await navigation.getByText(title, { exact: true }).click();
        await page.getByRole('heading', { name: title, level: 1 }).first().waitFor();
        await look(title);
      }
      await navigation.getByText('Store', { exact: true }).click();
      await page
        .getByRole('navigation', { name: 'Tables' })
        .getByRole('button', { name: /^micro/ })
        .click();
      await page.getByRole('grid', { name: 'Keys of micro/micro' }).getByText('cart/1').click();
      await page.getByRole('region', { name: 'Record cart/1' }).getByText('"items"').waitFor();
      await look('Store, a record');
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await look('Store, editing');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'New record' }).click();
      await page.getByRole('dialog').first().waitFor();
      await look('Store, a new record');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').first().waitFor({ state: 'detached' });
      await navigation.getByText('Config', { exact: true }).click();
      await page.getByRole('tree', { name: 'Config' }).getByText('pool').click();
      await page.getByRole('region', { name: 'db.pool' }).waitFor();
      await look('Config, a value');
      await page.getByRole('button', { name: 'History', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Compare revision 1' }).check();
      await page.getByRole('region', { name: 'Comparison' }).getByText('db.key').waitFor();
      await look('Config, history');
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      await look('Config, JSON');
      await navigation.getByText('Events', { exact: true }).click();
      await page.getByRole('grid', { name: 'Events of orders' }).getByText('{"id":7}').click();
      await page.getByRole('region', { name: 'Event 0' }).getByText('"id"').waitFor();
      await look('Events, an event');
      await page.getByRole('tab', { name: /^Groups/ }).click();
      await look('Events, groups');
      await page.getByRole('button', { name: 'Publish', exact: true }).click();
      await page.getByRole('dialog').first().waitFor();
      await look('Events, publish');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').first().waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').first().waitFor();
      await look('palette');
      expect(found).toEqual({});
    },
  );
});
