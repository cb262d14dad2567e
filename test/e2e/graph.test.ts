import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { allRunning } from '../helpers/allRunning.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { layeredServices, writeSampleProject } from '../helpers/sampleProject.ts';
import { act, call, statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const COUNT = 12;

interface Places {
  viewport: string;
  nodes: Record<string, string>;
}

/** Where the canvas has put everything, as it is written in the document. */
const placesOf = (page: Page): Promise<Places> =>
  page.evaluate(() => {
    const styleOf = (element: Element | null): string => (element as HTMLElement | null)?.style.transform ?? '';
    const nodes = [...document.querySelectorAll('.react-flow__node')].map((node) => [
      node.getAttribute('data-id') ?? '',
      styleOf(node),
    ]);
    return {
      viewport: styleOf(document.querySelector('.react-flow__viewport')),
      nodes: Object.fromEntries(nodes) as Record<string, string>,
    };
  });

/** Notes from now on every movement of a node or of the view, also one that is taken back at once. */
const watchMovements = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen: string[] = [];
    (window as { movements?: string[] }).movements = seen;
    const observer = new MutationObserver((records) => {
      for (const { target, oldValue } of records) {
        const element = target as HTMLElement;
        if (!element.matches('.react-flow__node, .react-flow__viewport')) continue;
        const before = /transform:\s*([^;]+)/.exec(oldValue ?? '')?.[1]?.trim();
        if (before !== undefined && before !== element.style.transform) {
          seen.push(`${element.getAttribute('data-id') ?? 'viewport'}: ${before} → ${element.style.transform}`);
        }
      }
    });
    observer.observe(document.querySelector('.react-flow') as Element, {
      subtree: true,
      attributes: true,
      attributeFilter: ['style'],
      attributeOldValue: true,
    });
  });

const movements = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as { movements?: string[] }).movements ?? []);

const node = (page: Page, name: string) => page.locator(`.react-flow__node[data-id="${name}"]`);

async function drag(page: Page, name: string, by: { x: number; y: number }): Promise<void> {
  const box = await node(page, name).boundingBox();
  if (!box) throw new Error(`${name} is not drawn`);
  const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by.x / 2, from.y + by.y / 2, { steps: 4 });
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
  await page.mouse.up();
}

describe('the graph', () => {
  test('UI-01 nothing moves while services change; a new node finds its own place; dragged nodes stay over a restart', async () => {
    const folder = await writeSampleProject(await tempFolder('graph'), 'map', layeredServices(COUNT));
    launched = await launchApp({ args: ['--project', folder] });
    const { page, home } = launched;
    await allRunning(launched, COUNT);
    const server = await launched.server();
    const names = [...(await statusOf(server)).keys()];
    await page.getByRole('button', { name: 'Show the whole graph' }).click();
    await node(page, names[0] as string).waitFor();
    for (const name of names) await node(page, name).waitFor();

    // The user arranges things: moves two nodes, pans and zooms.
    const [first, second] = names as [string, string];
    await drag(page, first, { x: 40, y: 90 });
    await drag(page, second, { x: -30, y: 70 });
    const canvas = await page.getByRole('application').boundingBox();
    if (!canvas) throw new Error('there is no canvas');
    await page.mouse.move(canvas.x + 20, canvas.y + 20);
    await page.mouse.wheel(0, 400);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 80, canvas.y + 50, { steps: 3 });
    await page.mouse.up();
    const before = await placesOf(page);
    expect(Object.keys(before.nodes)).toHaveLength(COUNT);

    // Every service goes down and comes up again, some twice: each passes through several statuses.
    await watchMovements(page);
    await act(server, 'desktop.Desktop/Restart', { services: names });
    await act(server, 'desktop.Desktop/Restart', { services: names.slice(0, 4) });
    await allRunning(launched, COUNT);
    await page.getByText(`${COUNT} running`).first().waitFor();
    expect(await movements(page)).toEqual([]);
    expect(await placesOf(page)).toEqual(before);

    // A new one comes beside them, and goes again.
    await call(server, 'desktop.Desktop/AddService', { name: 'extra', folder, command: ['node', 'service.cjs'] });
    await node(page, 'extra').waitFor({ state: 'attached' });
    const withExtra = await placesOf(page);
    expect(withExtra.viewport).toBe(before.viewport);
    expect(withExtra.nodes).toMatchObject(before.nodes);
    await call(server, 'desktop.Desktop/RemoveService', { name: 'extra' });
    await node(page, 'extra').waitFor({ state: 'detached' });
    expect(await placesOf(page)).toEqual(before);

    await launched.quit();
    launched = await launchApp({ home, args: ['--project', folder] });
    await allRunning(launched, COUNT);
    await node(launched.page, first).waitFor({ state: 'attached' });
    await expect.poll(() => placesOf((launched as LaunchedApp).page)).toEqual(before);
  });

  test('a double click on a node opens its log in the panel below', async () => {
    const folder = await writeSampleProject(await tempFolder('graph'), 'map', layeredServices(3));
    launched = await launchApp({ args: ['--project', folder] });
    const { page } = launched;
    await allRunning(launched, 3);
    const name = layeredServices(3)[0]?.name as string;
    await node(page, name).dblclick();
    await page
      .getByRole('grid', { name: new RegExp(name) })
      .getByText(`${name} listens`)
      .first()
      .waitFor();
    // What it writes from now on appears by itself.
    const server = await launched.server();
    const address = (await statusOf(server)).get(name)?.instances?.[0]?.address as string;
    await fetch(`http://${address}/from-the-test`);
    await page
      .getByRole('grid', { name: new RegExp(name) })
      .getByText('request /from-the-test')
      .waitFor();
  });
});
