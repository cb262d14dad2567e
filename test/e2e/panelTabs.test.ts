import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { allRunning } from '../helpers/allRunning.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

/** Writes so often that there is always a new row under the pointer. */
const BUSY = `setInterval(() => console.log('tick ' + Date.now()), 20);\n`;

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

test('a tab is dragged into a split and back over logs that go on, every time', async () => {
  const folder = join(await tempFolder('tabs'), 'project');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'busy.cjs'), BUSY);
  const services = ['left', 'right'].map((name) => `  ${name}: { run: node busy.cjs, port: none }\n`).join('');
  await writeFile(join(folder, 'micro.yaml'), `name: tabs\nservices:\n${services}`);
  launched = await launchApp({ args: ['--project', folder] });
  const { page } = launched;
  await allRunning(launched, 2);
  for (const name of ['left', 'right']) {
    await page.locator(`.react-flow__node[data-id="${name}"]`).dispatchEvent('dblclick');
    await page
      .getByRole('grid', { name: new RegExp(name) })
      .getByText(/^tick/)
      .first()
      .waitFor();
  }
  const groups = page.locator('.dv-groupview');
  const tabs = (): Promise<string[][]> =>
    groups.evaluateAll((all) =>
      all.map((group) => [...group.querySelectorAll('.dv-tab')].map((tab) => tab.textContent?.trim() ?? '')),
    );
  const isSplit = async (): Promise<boolean> => {
    const seen = await tabs();
    return seen.length === 2 && seen.every((group) => group.length === 1);
  };
  for (let round = 0; round < 6; round++) {
    const apart = !(await isSplit());
    const tab = await groups.last().locator('.dv-tab').last().boundingBox();
    const target = await groups.first().boundingBox();
    if (!tab || !target) throw new Error('there are no tabs');
    await page.mouse.move(tab.x + 40, tab.y + 12);
    await page.mouse.down();
    await page.mouse.move(tab.x + 60, tab.y + 60, { steps: 4 });
    await page.mouse.move(target.x + target.width * (apart ? 0.9 : 0.5), target.y + target.height * 0.6, { steps: 8 });
    await page.mouse.up();
    await expect.poll(isSplit, { timeout: 30_000, message: `round ${round}` }).toBe(apart);
  }
});
