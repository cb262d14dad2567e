import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
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

describe('accounts and rules in the window', () => {
  test('are made, changed and deleted by keyboard; what they refuse is listed as it happens', async () => {
    const folder = await writeSampleProject(await tempFolder('access-window'), 'three', layeredServices(1));
    launched = await launchApp({ args: ['--project', folder] });
    const { page } = launched;
    const server = await launched.server();
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph').waitFor();
    await page.keyboard.press('a');
    await page.getByText('No account yet, and none is needed on this machine.').waitFor();
    await page.getByText('Nothing was refused.').waitFor();

    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'New account' });
    await form.getByLabel('Name').fill('ann');
    await form.getByLabel('Scopes').fill('ops, reports');
    await page.keyboard.press('Enter');
    const made = page.getByRole('dialog', { name: 'Account ann' });
    const secret = (await made.getByLabel('Secret').textContent()) ?? '';
    expect(secret.length).toBeGreaterThan(20);
    await made.getByRole('button', { name: 'Make a token' }).click();
    const token = (await made.getByLabel('Access token').textContent()) ?? '';
    await page.keyboard.press('Escape');
    await page.getByRole('table', { name: 'Accounts' }).getByText('ops, reports').waitFor();
    // Gone for good: nothing of the page has it.
    expect(await page.content()).not.toContain(secret);

    // Whoever is not an admin may not read the config; the refusal is there without a reload.
    const ann = { proxy: server.proxy, token };
    await expect(call(ann, 'config.Config/Get', { path: 'db' })).rejects.toThrow(/403/);
    await page.getByRole('table', { name: 'Refused' }).getByText('core:config:Config.Get').waitFor();

    await page.keyboard.press('Shift+N');
    const rule = page.getByRole('dialog', { name: 'New rule' });
    await rule.getByLabel('Name', { exact: true }).fill('readers');
    await rule.getByLabel('Whom it is about').fill('reports');
    await rule.getByLabel('What it is about').fill('core:config');
    await rule.getByText(/A resource is type:name:endpoint/).waitFor();
    await rule.getByLabel('What it is about').fill('core:config:Config.Get');
    await rule.getByLabel('Priority').fill('5');
    await page.keyboard.press('Enter');
    const rules = page.getByRole('table', { name: 'Rules' });
    await rules.getByText('readers', { exact: true }).waitFor();
    await waitFor('the rule to hold', async () => {
      const answer = await call(ann, 'config.Config/Get', { path: 'db' }).catch((error: Error) => error.message);
      return String(answer).includes('404');
    });
    await rules.getByRole('button', { name: 'Change rule readers' }).click();
    const change = page.getByRole('dialog', { name: 'Rule readers' });
    await change.getByText('Denied').click();
    await change.getByRole('button', { name: 'Save' }).click();
    await rules.getByRole('row', { name: /5 readers reports .* denied/ }).waitFor();
    await rules.getByRole('button', { name: 'Delete rule readers' }).click();
    await rules.getByText('readers', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await rules.getByRole('row', { name: /5 readers reports .* denied/ }).waitFor();
    expect(await rules.getByRole('button', { name: 'Delete rule admin' }).count()).toBe(0);

    const toggle = page.getByRole('switch', { name: 'Hold calls to services against the rules' });
    await toggle.press('Space');
    await waitFor('it to be on', async () => {
      const { enabled } = (await call(server, 'authority.Authority/Read', {})) as { enabled?: boolean };
      return enabled === true;
    });
    // Switched elsewhere, it is seen here.
    await call(server, 'desktop.Settings/ChangeSettings', { auth: { enabled: false } });
    await waitFor('the switch to follow', async () => !(await toggle.isChecked()));

    await page.getByRole('button', { name: 'Delete account ann' }).click();
    await page.getByRole('dialog', { name: 'Delete the account ann?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No account yet').waitFor();
    if (process.env['MICRO_SHOTS']) {
      await page.screenshot({ path: `${process.env['MICRO_SHOTS']}/access-light.png` });
    }
    expect(launched.pageErrors).toEqual([]);
  });
});
