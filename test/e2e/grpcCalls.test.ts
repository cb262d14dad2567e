import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { axeObjections } from '../helpers/axe.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const program = fileURLToPath(new URL('../fixtures/greeterService.mjs', import.meta.url));
let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

/** A window on the page of calls, with a service of gRPC that runs. */
async function openCalls(): Promise<Page> {
  const folder = join(await tempFolder('greet'), 'greet');
  await mkdir(folder);
  const run = JSON.stringify(`"${process.execPath}" "${program}"`);
  await writeFile(join(folder, 'micro.yaml'), `name: greet\nservices:\n  greeter: { run: ${run}, watch: false }\n`);
  launched = await launchApp({ args: ['--project', folder] });
  const server = await launched.server();
  await waitFor(
    'the greeter to run',
    async () => (await statusOf(server)).get('greeter')?.status === 'STATUS_RUNNING',
    60_000,
  );
  const { page } = launched;
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Calls', { exact: true }).click();
  return page;
}

/** Chooses a service and one of its endpoints, which have to be asked for first. */
async function choose(page: Page, service: string, endpoint: string): Promise<void> {
  const calls = page.getByRole('region', { name: 'Calls', exact: true });
  await calls.getByRole('button', { name: /^(?:Choose a service|greeter|store)$/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${service}`) }).click();
  await calls.getByRole('button', { name: /^(?:Free call|Choose an endpoint)$/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${endpoint.replaceAll('.', '\\.')}`) }).click();
}

const answerOf = (page: Page, service: string) => page.getByRole('region', { name: `Answer of ${service}` });
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).click();

test('a method that a service describes by reflection is filled in, sent and answered, with trailers or an error, and sent again', async () => {
  const page = await openCalls();
  await choose(page, 'greeter', 'greet.Greeter.Hello');
  await page.getByText('gRPC', { exact: true }).waitFor();
  expect(await page.getByLabel('Path').inputValue()).toBe('/greet.Greeter/Hello');
  // The form is made of its types: a text, a number, one of two words.
  await page.getByLabel(/^name/).fill('Ada');
  expect(await page.getByLabel(/^mood/).locator('option').allInnerTexts()).toEqual(['–', 'CALM', 'GLAD']);
  await page.getByLabel(/^mood/).selectOption('GLAD');
  await send(page);
  const answer = answerOf(page, 'greeter');
  await answer.getByText('"Hello Ada"').waitFor();
  await answer.getByRole('status').getByText('OK').waitFor();
  await answer.getByRole('button', { name: /^Headers/ }).click();
  await answer.getByText('Trailers').waitFor();
  await answer.getByText('x-greeted').waitFor();
  await answer.getByText('Ada', { exact: true }).waitFor();

  // An error says its status and its words.
  await page.getByLabel(/^name/).fill('');
  await send(page);
  await answer.getByText('who is it?').first().waitFor();
  await answer
    .getByRole('status')
    .getByText(/invalid/i)
    .waitFor();

  // What is no JSON of the type is refused before it is sent, with the reason.
  await page.getByRole('tab', { name: 'Body' }).click();
  await page.getByLabel('Text of the body').fill('{"nmae": "Ada"}');
  await send(page);
  await page
    .getByText(/does not fit greet\.HelloRequest/)
    .first()
    .waitFor();

  // The call that was seen goes back into the form as it was.
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph', { exact: true }).click();
  await page.locator('.react-flow__node[data-id="greeter"]').click();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await inspector.getByRole('tab', { name: 'Calls' }).click();
  const seen = inspector.getByRole('button', { name: /greet\.Greeter\/Hello/ });
  await waitFor('both calls were seen', async () => (await seen.count()) === 2);
  // The newest stands first.
  await seen.last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Send again…' }).click();
  await page.getByRole('button', { name: 'greet.Greeter.Hello', exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Body' }).click();
  await expect.poll(() => page.getByLabel('Text of the body').inputValue()).toContain('"name": "Ada"');
  await send(page);
  await answerOf(page, 'greeter').getByText('"Hello Ada"').waitFor();
  expect(await axeObjections(page)).toEqual([]);
  expect(launched?.pageErrors).toEqual([]);
});

test('what micro itself offers stands below the services, with forms of its own', async () => {
  const page = await openCalls();
  await choose(page, 'store', 'Store.Write');
  await page.getByLabel(/^record/).fill('{"key": "greeting", "value": "aGVsbG8="}');
  await send(page);
  await answerOf(page, 'store').getByRole('status').getByText('OK').waitFor();
  await page.getByRole('button', { name: 'Store.Write', exact: true }).click();
  await page.getByRole('menuitemradio', { name: /^Store\.Read/ }).click();
  await page.getByLabel(/^key/).fill('greeting');
  await send(page);
  await answerOf(page, 'store').getByText('"aGVsbG8="').waitFor();
  expect(launched?.pageErrors).toEqual([]);
});
