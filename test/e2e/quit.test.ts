import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp, processesOfHome } from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** As the app has it: how long it waits for an orderly end, and then for a forced one, ms. */
const ORDERLY_MS = 30_000;
const FORCED_MS = 5_000;

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

/** The app with two running services. */
async function launchWithServices(onQuit: 'ask' | 'stop' | 'keep'): Promise<LaunchedApp> {
  const folder = await writeSampleProject(await tempFolder('quit'), 'pair', [{ name: 'web' }, { name: 'mail' }]);
  launched = await launchApp({ args: ['--project', folder], onQuit });
  const server = await launched.server();
  await waitFor(
    'both services to run',
    async () => {
      const seen = [...(await statusOf(server)).values()];
      return seen.length === 2 && seen.every((service) => service.status === 'STATUS_RUNNING');
    },
    40_000,
  );
  return launched;
}

/** Answers the app's question: the number of the button, and whether to remember it. */
async function answerWith(app: LaunchedApp, response: number, checkboxChecked = false): Promise<void> {
  await app.app.evaluate(
    ({ dialog }, answer) => {
      const asked = globalThis as { questions?: string[] };
      asked.questions = [];
      (dialog as unknown as { showMessageBox: unknown }).showMessageBox = async (
        _window: unknown,
        options: { detail: string },
      ) => {
        asked.questions?.push(options.detail);
        return answer;
      };
    },
    { response, checkboxChecked },
  );
}

const questions = (app: LaunchedApp): Promise<string[]> =>
  app.app.evaluate(() => (globalThis as { questions?: string[] }).questions ?? []);

const nothingIsLeft = (home: string): Promise<boolean> =>
  waitFor('everything to end', async () => (await processesOfHome(home)).length === 0, 40_000);

describe('DT-05 quitting', () => {
  test('closing the window asks what becomes of running services, and cancel leaves all as it was', async () => {
    const app = await launchWithServices('ask');
    await answerWith(app, 2);
    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    expect(await waitFor('the question', async () => (await questions(app))[0])).toContain('2 services are running');
    expect(app.end()).toBeUndefined();
    expect(await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    // It can be asked again, and the answer is remembered when that was wished.
    await answerWith(app, 0, true);
    await app.quit();
    expect(await nothingIsLeft(app.home)).toBe(true);
    const preferences = JSON.parse(await readFile(join(app.home, 'desktop', 'preferences.json'), 'utf8')) as object;
    expect(preferences).toMatchObject({ onQuit: 'stop' });
  });

  test('what is kept running goes on, and the next start comes back to the same processes', async () => {
    const app = await launchWithServices('keep');
    const server = await app.server();
    const before = [...(await statusOf(server)).values()].map((service) => service.instances?.[0]?.pid);
    await app.quit();
    expect((await statusOf(server)).get('web')?.status).toBe('STATUS_RUNNING');

    launched = await launchApp({ home: app.home });
    expect((await launched.server()).pid).toBe(server.pid);
    expect([...(await statusOf(server)).values()].map((service) => service.instances?.[0]?.pid)).toEqual(before);
    await launched.page.getByText('2 running').first().waitFor();
  });

  test('SIGTERM, as at logout, stops everything in order without a question', async () => {
    const app = await launchWithServices('ask');
    await answerWith(app, 2);
    process.kill(app.pid, 'SIGTERM');
    await waitFor('the app to end', () => app.end() !== undefined, 40_000);
    expect(app.end()).toBe(0);
    expect(await nothingIsLeft(app.home)).toBe(true);
  });

  test('with services that cannot be stopped politely ends all the same, within their grace, and leaves nothing', async () => {
    const deaf =
      "for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, () => {}); setInterval(() => {}, 1000)";
    const folder = await tempFolder('stuck');
    await writeFile(join(folder, 'deaf.cjs'), deaf);
    // Its helper has left group and session, so that nothing but its environment tells whose it is.
    await writeFile(
      join(folder, 'parent.cjs'),
      `require('node:child_process').spawn(process.execPath, ['deaf.cjs'], { detached: true, stdio: 'ignore' }).unref();\n${deaf}`,
    );
    const stop = { graceMs: 1000 };
    await writeSampleProject(folder, 'stuck', [
      { name: 'web' },
      { name: 'mail', dependsOn: ['web'] },
      { name: 'users' },
      { name: 'deaf', keys: { run: 'node deaf.cjs', stop } },
      { name: 'parent', keys: { run: 'node parent.cjs', stop } },
    ]);
    const app = (launched = await launchApp({ args: ['--project', folder], onQuit: 'stop' }));
    const server = await app.server();
    await waitFor(
      'all five to run, and the helper',
      async () => {
        const seen = [...(await statusOf(server)).values()];
        const helpers = (await processesOfHome(app.home)).filter(({ command }) => command.includes('deaf.cjs'));
        return seen.length === 5 && seen.every(({ status }) => status === 'STATUS_RUNNING') && helpers.length >= 2;
      },
      60_000,
    );
    const began = Date.now();
    process.kill(app.pid, 'SIGTERM');
    await waitFor('the app to end', () => app.end() !== undefined, ORDERLY_MS + FORCED_MS + 10_000);
    // It ended by the grace of its services, not by the limit after which the server itself is killed.
    expect(Date.now() - began).toBeLessThan(ORDERLY_MS);
    expect(app.end()).toBe(0);
    expect(await nothingIsLeft(app.home)).toBe(true);
  });

  test('a window that was killed does not keep the app from ending in order', async () => {
    const app = await launchWithServices('stop');
    const pid = await app.app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() as number,
    );
    process.kill(pid, 'SIGKILL');
    process.kill(app.pid, 'SIGINT');
    await waitFor('the app to end', () => app.end() !== undefined, 40_000);
    expect(app.end()).toBe(0);
    expect(await nothingIsLeft(app.home)).toBe(true);
  });
});
