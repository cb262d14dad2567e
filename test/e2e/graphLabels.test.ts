import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { startGraphServer } from '../bench/lib/graphServer.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { takePictures } from '../helpers/pictures.ts';
import { openShop } from '../helpers/shopWindow.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

/** What stands on what: the words of labels that overlap a node, another label, or their own frame. */
const overlaps = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const labels = [...document.querySelectorAll<HTMLElement>('[data-label]')];
    const boxOf = (element: Element): DOMRect => element.getBoundingClientRect();
    // Half a px is what rounding makes of touching edges.
    const isOn = (a: DOMRect, b: DOMRect): boolean =>
      a.left < b.right - 0.5 && a.right > b.left + 0.5 && a.top < b.bottom - 0.5 && a.bottom > b.top + 0.5;
    const found: string[] = [];
    for (const [index, label] of labels.entries()) {
      const words = `${label.dataset['label'] ?? ''} "${label.innerText}"`;
      if (label.scrollWidth > label.clientWidth + 1) found.push(`${words} is wider than its ground`);
      for (const node of document.querySelectorAll<HTMLElement>('[data-node]'))
        if (isOn(boxOf(label), boxOf(node))) found.push(`${words} on ${node.dataset['node'] ?? ''}`);
      for (const other of labels.slice(index + 1))
        if (isOn(boxOf(label), boxOf(other))) found.push(`${words} on ${other.dataset['label'] ?? ''}`);
    }
    return found;
  });

const labelCount = (page: Page): Promise<number> => page.locator('[data-label]').count();

describe('what is written on the lines of the graph', () => {
  test('overlaps no node and nothing else that is written, with the inspector and without', async () => {
    launched = (await openShop()).launched;
    const { page } = launched;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Show the whole graph' }).click();
    await waitFor('calls on every line between services', async () => (await labelCount(page)) >= 9);
    expect(await overlaps(page)).toEqual([]);
    await takePictures(page, 'graph-labels-shop');
    const atFirst = await page.locator('[data-label="storefront>catalog"]').evaluate((label) => label.style.top);
    await page.locator('.react-flow__node[data-id="orders"]').click();
    await page.getByRole('complementary', { name: 'Inspector' }).getByRole('heading', { name: 'orders' }).waitFor();
    await page.mouse.move(640, 760);
    await waitFor('labels at the smaller scale', async () => (await labelCount(page)) >= 9);
    expect(await overlaps(page)).toEqual([]);
    await takePictures(page, 'graph-labels-inspector');
    // Coming back, each stands where it stood, whatever its figures are by now.
    await page.getByRole('button', { name: 'Inspector' }).first().click();
    await expect
      .poll(() => page.locator('[data-label="storefront>catalog"]').evaluate((label) => label.style.top))
      .toBe(atFirst);
  });

  test.each([{ nodes: 60, edges: 110 }])('overlaps nothing with $nodes services', async ({ nodes, edges }) => {
    const home = await tempFolder('labels');
    const server = await startGraphServer(home, { nodes, edges, periodMs: 200 });
    try {
      launched = await launchApp({ home, onQuit: 'keep' });
      const { page } = launched;
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.locator('[data-node]').first().waitFor();
      await page.getByRole('button', { name: 'Show the whole graph' }).click();
      await waitFor('all nodes', async () => (await page.locator('[data-node]').count()) === nodes);
      await takePictures(page, 'graph-labels-sixty');
      expect(await overlaps(page)).toEqual([]);
      for (const zoomOut of ['near', 'middle']) {
        await page.getByRole('button', { name: zoomOut === 'near' ? /set to 100/ : 'Zoom out' }).click();
        await waitFor('labels', async () => (await labelCount(page)) > 0);
        await takePictures(page, `graph-labels-sixty-${zoomOut}`);
        expect(await overlaps(page)).toEqual([]);
      }
    } finally {
      await launched?.dispose();
      launched = undefined;
      await server.stop();
    }
  });
});
