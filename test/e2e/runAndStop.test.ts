import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const manual = { start: 'manual' };

describe('one service and those around it, from the window', () => {
  test('is started with what it needs, stopped with what needs it, and run once otherwise than declared', async () => {
    const folder = await writeSampleProject(await tempFolder('run-stop'), 'chain', [
      { name: 'db', keys: manual },
      { name: 'api', dependsOn: ['db'], keys: manual },
      { name: 'web', dependsOn: ['api'], keys: manual },
      { name: 'job', env: { COLOUR: 'red' }, keys: { ...manual, kind: 'task', run: 'node job.cjs' } },
    ]);
    await writeFile(
      join(folder, 'job.cjs'),
      `console.log('ran with ' + JSON.stringify(process.argv.slice(2)), process.env.COLOUR);`,
    );
    launched = await launchApp({ args: ['--project', folder] });
    const { page } = launched;
    const server = await launched.server();
    const statuses = async (): Promise<string> => {
      const services = await statusOf(server);
      return ['db', 'api', 'web'].map((name) => services.get(name)?.status.replace('STATUS_', '')).join(' ');
    };
    const become = (wanted: string): Promise<unknown> =>
      waitFor(wanted, async () => (await statuses()) === wanted, 60_000);
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    const row = (name: string) => page.locator(`[data-service="${name}"]`);
    const select = async (name: string): Promise<void> => {
      await row(name).click();
      await inspector.getByRole('heading', { name, exact: true }).waitFor();
    };
    const choose = async (name: string, item: string): Promise<void> => {
      await select(name);
      await inspector.getByRole('button', { name: `More for ${name}` }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Services', { exact: true }).click();
    await row('web').getByText('on demand', { exact: true }).waitFor();

    await select('web');
    await inspector.getByRole('button', { name: 'Start', exact: true }).click();
    const before = page.getByRole('dialog', { name: 'web needs more than is running' });
    await before.getByText('needed by web').waitFor();
    expect(await before.getByRole('listitem').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/db.*needed by api/), expect.stringMatching(/api.*needed by web/)]),
    );
    expect(await statuses()).toBe('STOPPED STOPPED STOPPED');
    await before.getByRole('button', { name: 'Start all 3' }).click();
    await become('RUNNING RUNNING RUNNING');

    await choose('db', 'Stop with what needs it…');
    const question = page.getByRole('dialog', { name: 'Stop db and what needs it?' });
    await question.getByText('needs db').waitFor();
    await question.getByText('needs api').waitFor();
    expect(await statuses()).toBe('RUNNING RUNNING RUNNING');
    await question.getByRole('button', { name: 'Only db' }).click();
    await become('STOPPED RUNNING RUNNING');
    await inspector.getByRole('button', { name: 'Start', exact: true }).click();
    await become('RUNNING RUNNING RUNNING');
    await choose('db', 'Stop with what needs it…');
    await question.getByRole('button', { name: 'Stop all 3' }).click();
    await become('STOPPED STOPPED STOPPED');

    await choose('job', 'Run once with…');
    const once = page.getByRole('dialog', { name: 'Run job once with…' });
    await once.getByRole('textbox', { name: 'Further arguments' }).fill(`--only 'first batch'`);
    await once.getByRole('textbox', { name: 'Variables, one a line' }).fill('COLOUR=blue');
    await once.getByRole('button', { name: 'Run', exact: true }).click();
    await inspector.getByRole('button', { name: 'Log', exact: true }).click();
    const log = page.getByRole('grid', { name: /job/ });
    await log.getByText('ran with ["--only","first batch"] blue').waitFor();
    await inspector.getByRole('button', { name: 'Run', exact: true }).click();
    await log.getByText('ran with [] red').waitFor();
  });
});
