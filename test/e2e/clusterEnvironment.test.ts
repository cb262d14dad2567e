import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { clusterLimits } from '../../shared/lib/clusterLimits.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { kubeconfigOfNowhere } from '../helpers/kubeconfig.ts';
import { takePictures } from '../helpers/pictures.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

test('a namespace of a cluster is added by its context, tested, described and taken out', async () => {
  launched = await launchApp({ env: { KUBECONFIG: await kubeconfigOfNowhere() } });
  const { page, home } = launched;
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Environments').click();
  await page.getByRole('button', { name: 'Add environment' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name', { exact: true }).fill('lab');
  await form.getByText('A Kubernetes cluster').click();
  // What the kubeconfig has is offered.
  await form.getByLabel('Context', { exact: true }).click();
  await page.getByRole('option', { name: 'nowhere' }).click();
  expect(await form.getByLabel('Namespace of the cluster').inputValue()).toBe('team');
  await form.getByLabel('Namespace of the cluster').fill('shop');
  await form.getByText('What is not possible there').click();
  await form.getByText(clusterLimits[0]?.instead ?? '').waitFor();
  await form.getByRole('button', { name: 'Test the connection' }).click();
  await form.getByText(/does not answer/).waitFor();
  await takePictures(page, 'cluster-add');
  await form.getByRole('button', { name: 'Add', exact: true }).click();

  const card = page.getByRole('region', { name: 'lab' });
  await card.getByText('none runs now; it starts when it is needed').waitFor();
  await takePictures(page, 'cluster-card');
  const stored = JSON.parse(await readFile(join(home, 'environments.json'), 'utf8')) as { environments: unknown[] };
  expect(stored.environments).toEqual([
    expect.objectContaining({ kind: 'kubernetes', name: 'lab', context: 'nowhere', kubeNamespace: 'shop' }),
  ]);

  // What its server kept here goes with it, so its name is asked for.
  await card.getByRole('button', { name: 'Remove' }).click();
  const question = page.getByRole('dialog');
  expect(await question.getByRole('button', { name: 'Remove' }).isDisabled()).toBe(true);
  await question.getByLabel('Type lab to go on').fill('lab');
  await question.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('The same window, on another server').waitFor();
  expect(launched.pageErrors).toEqual([]);
});
