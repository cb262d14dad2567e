import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { axeObjections } from '../helpers/axe.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { takePictures } from '../helpers/pictures.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A service that describes itself by OpenAPI and takes items; those with a long name take long, the one named "bad" fails. */
const PROGRAM = `
import { createServer } from 'node:http';
const description = {
  openapi: '3.0.0',
  paths: {
    '/items/{id}': {
      put: {
        summary: 'Keeps an item',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'notify', in: 'query', schema: { type: 'boolean' } },
        ],
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { count: { type: 'integer' } } } } },
        },
      },
    },
  },
};
createServer((request, response) => {
  if (request.url === '/openapi.json') return void response.end(JSON.stringify(description));
  if (!request.url.startsWith('/items/')) return void response.writeHead(404).end();
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const id = request.url.split(/[/?]/)[2];
    response.writeHead(id === 'bad' ? 500 : 200, { 'content-type': 'application/json' });
    setTimeout(() => response.end(JSON.stringify({ id, method: request.method, url: request.url, body })), id.length * 20);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

let launched: LaunchedApp | undefined;
let folder = '';

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

async function openPage(): Promise<Page> {
  folder = join(await tempFolder('stockroom'), 'stockroom');
  await mkdir(join(folder, '.micro/calls'), { recursive: true });
  await writeFile(join(folder, 'stock.mjs'), PROGRAM);
  const run = JSON.stringify(`"${process.execPath}" stock.mjs`);
  await writeFile(join(folder, 'micro.yaml'), `name: stockroom\nservices:\n  stock: { run: ${run}, watch: false }\n`);
  launched = await launchApp({ args: ['--project', folder] });
  const server = await launched.server();
  await waitFor(
    'the service to run',
    async () => (await statusOf(server)).get('stock')?.status === 'STATUS_RUNNING',
    60_000,
  );
  return launched.page;
}

const pageLink = (page: Page, title: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByText(title, { exact: true });

test('an endpoint of an OpenAPI document is filled in and sent; history, curl and files of the project give it back', async () => {
  const page = await openPage();
  await pageLink(page, 'Calls').click();
  await page.getByRole('button', { name: 'Choose a service' }).click();
  await page.getByRole('menuitemradio', { name: 'stock' }).click();
  await page.getByRole('button', { name: 'Free call' }).click();
  await page.getByRole('menuitemradio', { name: /^PUT \/items\/\{id\}/ }).click();
  await page.getByText('Keeps an item').first().waitFor();
  await page.getByLabel(/^id/).fill('tea');
  await page.getByLabel(/^count/).fill('7');
  await takePictures(page, 'calls-openapi');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const answer = page.getByRole('region', { name: 'Answer of stock' });
  await answer.getByText('"PUT"').waitFor();
  await answer
    .getByText(String.raw`"{\"count\":7}"`)
    .or(answer.getByText(/count.*7/))
    .first()
    .waitFor();

  // The command line that was copied makes the same call.
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const { app } = launched as LaunchedApp;
  const copied = (): Promise<string> => app.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(copied).toContain('/stock/items/tea');
  expect(await copied()).toMatch(/^curl\b.*PUT/s);

  // Another one, and back to the first by the history.
  await page.getByLabel(/^id/).fill('cup');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await answer.getByText('"cup"').waitFor();
  const history = page.getByRole('tabpanel', { name: 'History' });
  await history.getByRole('button', { name: /PUT \/items\/tea/ }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await answer.getByText('"tea"').waitFor();

  // A file that a colleague changed is what is sent; one that is no call says why.
  await page.getByRole('button', { name: 'Save…' }).click();
  await page.getByLabel('Name', { exact: true }).fill('keep tea');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Saved' }).click();
  const file = join(folder, '.micro/calls/keep tea.yaml');
  await page.getByRole('button', { name: /keep tea/ }).waitFor();
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('tea', 'pot'));
  await writeFile(join(folder, '.micro/calls/broken.yaml'), 'service: [\n');
  await page.getByText(/▲ .*stockroom/).waitFor();
  await takePictures(page, 'calls-saved');
  await page.getByRole('button', { name: /keep (?:tea|pot)/ }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await answer.getByText('"pot"').waitFor();
  expect(await axeObjections(page)).toEqual([]);
  expect(launched?.pageErrors).toEqual([]);
});

test('traces are found by text, errors and duration, also after going away and back; two of them are compared', async () => {
  const page = await openPage();
  const { gateway } = await (launched as LaunchedApp).server();
  const put = (id: string) => fetch(`${gateway}/stock/items/${id}`, { method: 'PUT', body: '{}' });
  await put('tea');
  await put('a-name-that-takes-its-time-and-more');
  await put('bad');
  await pageLink(page, 'Traces').click();
  const rows = page.getByRole('grid', { name: 'Traces' }).getByRole('row', { name: /PUT/ });
  await waitFor('all of them', async () => (await rows.count()) === 3);
  await takePictures(page, 'traces-list');

  await page.getByLabel('Find traces').fill('items/tea');
  await waitFor('the one with this text', async () => (await rows.count()) === 1);
  await page.getByLabel('Find traces').fill('');
  await page.getByRole('button', { name: 'Errors' }).click();
  await rows.filter({ hasText: 'items/bad' }).waitFor();
  await waitFor('the failed one', async () => (await rows.count()) === 1);
  await page.getByRole('button', { name: 'Errors' }).click();
  await waitFor('all again', async () => (await rows.count()) === 3);

  await page.getByRole('button', { name: 'Any duration' }).click();
  await page.getByRole('menuitemradio', { name: '500 ms or longer' }).click();
  await rows.filter({ hasText: 'items/a-name' }).waitFor();
  await waitFor('the slow one', async () => (await rows.count()) === 1);
  // Into the trace and back by the window's own history: what narrows the list is as it was.
  await rows.first().click();
  await page.getByRole('treegrid', { name: 'Spans of the trace' }).waitFor();
  await page.goBack();
  await rows.first().waitFor();
  await page.getByRole('button', { name: '≥ 500 ms' }).waitFor();
  expect(await rows.count()).toBe(1);
  // So it is after another page, and after the window was loaded anew.
  await pageLink(page, 'Logs').click();
  await pageLink(page, 'Traces').click();
  await page.getByRole('button', { name: '≥ 500 ms' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '≥ 500 ms' }).waitFor();
  await waitFor('the slow one', async () => (await rows.count()) === 1);
  await page.getByRole('button', { name: '≥ 500 ms' }).click();
  await page.getByRole('menuitemradio', { name: '5 s or longer' }).click();
  await page.getByText('No trace matches').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await waitFor('all again', async () => (await rows.count()) === 3);

  for (const name of ['items/tea', 'items/a-name'])
    await rows.filter({ hasText: name }).getByLabel('Mark for comparing').check();
  await page.getByRole('button', { name: 'Compare 2' }).click();
  const two = page.getByRole('region', { name: 'Two traces' });
  await two.getByText('B against A').waitFor();
  await two
    .getByText(/only in B/)
    .first()
    .waitFor();
  await takePictures(page, 'traces-compare');
  expect(await axeObjections(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await rows.first().waitFor();
  expect(launched?.pageErrors).toEqual([]);
});
