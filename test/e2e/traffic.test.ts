import { join } from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { axeObjections } from '../helpers/axe.ts';
import type { LaunchedApp } from '../helpers/electronApp.ts';
import { openShop as openShopWindow } from '../helpers/shopWindow.ts';

let launched: LaunchedApp | undefined;
let shopFolder = '';

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

async function openShop(): Promise<Page> {
  const shop = await openShopWindow();
  launched = shop.launched;
  shopFolder = shop.folder;
  return launched.page;
}

const pageLink = (page: Page, title: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByText(title, { exact: true });

/** Clicks on a line where it is half way: a line that is straight has no height that a click could aim at. */
async function clickEdge(page: Page, key: string): Promise<void> {
  await page.locator(`[data-edge="${key}"]:not([data-health="unseen"])`).waitFor({ state: 'attached' });
  const { x, y } = await page
    .locator(`[data-edge="${key}"] .react-flow__edge-interaction`)
    .evaluate((path: SVGPathElement) => {
      const half = path.getPointAtLength(path.getTotalLength() / 2);
      const { a, d, e, f } = path.getScreenCTM() as DOMMatrix;
      return { x: half.x * a + e, y: half.y * d + f };
    });
  await page.mouse.click(x, y);
}

describe('what passes between services', () => {
  test('an edge leads to its calls, a call to its trace, the trace to its log lines, without a library in any service', async () => {
    const page = await openShop();

    await clickEdge(page, 'orders>payments');
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('button', { name: 'payments' }).waitFor();
    await inspector.getByText('in dependsOn').waitFor();
    const calls = inspector.getByRole('list', { name: 'Calls from orders to payments' });
    await calls
      .getByRole('button', { name: /POST \/charge.*200/ })
      .first()
      .waitFor();

    await inspector.getByRole('button', { name: 'Pause' }).click();
    await calls
      .getByRole('button', { name: /POST \/charge/ })
      .first()
      .click();
    const spans = page.getByRole('treegrid', { name: 'Spans of the trace' });
    for (const span of ['storefront POST /buy', 'orders POST /orders', 'cart POST /take', 'payments POST /charge']) {
      await spans.getByRole('row', { name: span }).waitFor();
    }
    // A caller stands above what it calls.
    const names = await spans.getByRole('row').allInnerTexts();
    expect(names.findIndex((name) => name.includes('orders'))).toBeLessThan(
      names.findIndex((name) => name.includes('payments')),
    );

    await spans.getByRole('row', { name: 'payments POST /charge' }).click();
    const details = page.getByRole('complementary', { name: /Span POST \/charge/ });
    await details.getByText('http.response.status_code').waitFor();

    const lines = page.getByRole('region', { name: 'Log lines of the trace' });
    await lines
      .getByText(/charged/)
      .first()
      .waitFor();
    await lines.getByRole('button', { name: 'Open in log' }).click();
    await page
      .getByRole('grid', { name: /payments|services/ })
      .getByText('charged')
      .first()
      .waitFor();

    // The way back.
    await details.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'All traces' }).click();
    await page.getByRole('grid', { name: 'Traces' }).waitFor();
    expect(launched?.pageErrors).toEqual([]);
    const sources = await readdir(new URL('../../examples/shop/services', import.meta.url));
    for (const source of sources) {
      const text = await readFile(new URL(`../../examples/shop/services/${source}`, import.meta.url), 'utf8');
      expect(text.match(/from '([^.'][^']*)'/g) ?? []).toEqual([]);
    }
  });

  test('a trace that failed is found by its error and shows the span that failed; others are found by service', async () => {
    const page = await openShop();
    const { gateway } = await (launched as LaunchedApp).server();
    await pageLink(page, 'Traces').click();
    await page.getByRole('grid', { name: 'Traces' }).waitFor();
    await fetch(`${gateway}/orders/orders`, { method: 'POST', body: '{"visitor":"nobody"}' });
    await page.getByRole('button', { name: 'Errors' }).click();
    const failed = page.getByRole('grid', { name: 'Traces' }).getByRole('row', { name: /orders POST \/orders.*error/ });
    await failed.first().waitFor();
    // By keyboard: into the trace, to what failed, and back.
    await failed.first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('treegrid', { name: 'Spans of the trace' }).waitFor();
    await page.getByRole('button', { name: /▲ \d+ error/ }).click();
    await page
      .getByRole('complementary', { name: /Span POST \/orders of orders/ })
      .getByText('409', { exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('grid', { name: 'Traces' }).waitFor();
    await page.getByRole('button', { name: 'Errors', pressed: true }).waitFor();

    // By service: a trace stays when it touches any of those chosen, wherever it began.
    await page.getByRole('button', { name: 'Errors' }).click();
    await page.getByRole('button', { name: 'All services' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'payments' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'payments', exact: true }).waitFor();
    const rows = page.getByRole('grid', { name: 'Traces' }).getByRole('row', { name: /POST|GET/ });
    await rows.filter({ hasText: 'POST /buy' }).first().waitFor();
    expect(await rows.filter({ hasText: 'GET /' }).count()).toBe(0);
    // One more lets in what touches it alone.
    await page.getByRole('button', { name: 'payments', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'catalog' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'catalog, payments' }).waitFor();
    await rows.filter({ hasText: 'GET /' }).first().waitFor();
  });

  test('a call that was seen is sent again, changed, kept in the project, and its answer leads to its trace', async () => {
    const page = await openShop();
    await clickEdge(page, 'storefront>catalog');
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('button', { name: 'Pause' }).click();
    await inspector
      .getByRole('button', { name: /GET \/products/ })
      .first()
      .click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Send again…' }).click();

    await page.getByRole('button', { name: 'catalog', exact: true }).waitFor();
    const path = page.getByLabel('Path');
    await expect.poll(() => path.inputValue()).toBe('/products');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    const answer = page.getByRole('region', { name: 'Answer of catalog' });
    await answer.getByText('"Green tea"').waitFor();
    await answer.getByText(/200 OK/).waitFor();

    // Changed, with a variable of the service's environment, and sent by the keyboard.
    await path.fill('/product?id={{MICRO_SERVICE_NAME}}');
    await page.keyboard.press('Enter');
    await answer.getByText('Not Found').waitFor();
    await answer
      .getByText(/catalog/)
      .first()
      .waitFor();
    const history = page.getByRole('tabpanel', { name: 'History' });
    await history.getByRole('button', { name: /GET \/product\?id=/ }).waitFor();

    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByLabel('Name', { exact: true }).fill('one product');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Saved' }).click();
    await page.getByRole('button', { name: /one product/ }).waitFor();
    const file = join(shopFolder, '.micro/calls/one product.yaml');
    expect(await readFile(file, 'utf8')).toContain('path: /product?id={{MICRO_SERVICE_NAME}}');

    await answer.getByRole('button', { name: 'Trace', exact: true }).click();
    const spans = page.getByRole('treegrid', { name: 'Spans of the trace' });
    await spans.getByRole('row', { name: /catalog GET \/product/ }).waitFor();
    expect(launched?.pageErrors).toEqual([]);
  });

  test('its pages break no rule that axe can see', async () => {
    const page = await openShop();
    const found: Record<string, string[]> = {};
    const look = async (where: string, theme: 'light' | 'dark'): Promise<void> => {
      // All colours hang on this attribute; a second start of everything would show the same.
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      const seen = await axeObjections(page);
      // What floats belongs to no landmark, as a menu of the system does not.
      const real = seen.filter((objection) => !/^region: <div data-portal/.test(objection));
      if (real.length > 0) found[where] = real;
    };
    await clickEdge(page, 'orders>payments');
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector
      .getByRole('button', { name: /POST \/charge/ })
      .first()
      .waitFor();
    await look('inspector of an edge', 'light');
    await pageLink(page, 'Traces').click();
    const rows = page.getByRole('grid', { name: 'Traces' }).getByRole('row', { name: /POST \/buy/ });
    await rows.first().waitFor();
    await look('traces', 'dark');
    await page.getByRole('button', { name: 'All services' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'All services', checked: true }).waitFor();
    await look('menu of choices', 'dark');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Live' }).click();
    await rows.first().click();
    await page.getByRole('treegrid').getByRole('row', { name: 'storefront POST /buy' }).click();
    await page.getByRole('region', { name: 'Log lines of the trace' }).getByText(/order/).first().waitFor();
    await look('trace', 'dark');
    await pageLink(page, 'Calls').click();
    await page.getByRole('button', { name: 'Choose a service' }).click();
    await page.getByRole('menuitemradio', { name: 'storefront' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('region', { name: 'Answer of storefront' }).getByText('"Green tea"').waitFor();
    await look('calls', 'dark');
    expect(found).toEqual({});
  });
});
