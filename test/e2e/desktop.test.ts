import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ensureBundles } from '../helpers/bundle.ts';
import { electronRuntime, type LaunchedApp, launchApp, testEnvironment } from '../helpers/electronApp.ts';
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

const isRunning = (app: LaunchedApp, name: string): Promise<boolean> =>
  waitFor(
    `${name} to run`,
    async () => (await statusOf(await app.server())).get(name)?.status === 'STATUS_RUNNING',
    60_000,
  );

/** Follows a link as the system does: one more launch with it as its only word. */
async function followLink(app: LaunchedApp, link: string): Promise<void> {
  const root = await ensureBundles('desktop');
  const { executable, switches } = await electronRuntime();
  const child = spawn(executable, [...switches, root, link], { env: testEnvironment(app.home), stdio: 'ignore' });
  await new Promise((resolve) => child.on('exit', resolve));
}

const shows = (app: LaunchedApp, name: string): Promise<void> =>
  app.page.getByRole('complementary').getByText(name, { exact: true }).first().waitFor();

describe('DT-08 links', () => {
  test('lead to the service, cold and warm, and can do nothing else', async () => {
    const folder = await tempFolder('link');
    const project = await writeSampleProject(folder, 'pair', [{ name: 'web' }, { name: 'mail' }]);
    launched = await launchApp({ args: ['--project', project, 'micro://service/web?x=1'] });
    await isRunning(launched, 'web');
    await isRunning(launched, 'mail');
    await shows(launched, 'web');

    await followLink(launched, 'micro://service/mail');
    await shows(launched, 'mail');

    const server = await launched.server();
    const pids = async (): Promise<(number | undefined)[]> =>
      [...(await statusOf(server)).values()].map(({ instances }) => instances?.[0]?.pid);
    const before = await pids();
    const touched = join(folder, 'touched');
    for (const link of [
      `micro://run?cmd=touch%20${touched}`,
      `micro://stop/web`,
      `micro://service/${'a'.repeat(100_000)}`,
      'micro://service/%E0%A4%A',
      'micro://service/..%2f..%2fweb',
    ]) {
      await followLink(launched, link);
    }
    await waitFor('the last link to arrive', async () =>
      (await readFile(join((launched as LaunchedApp).home, 'logs', 'desktop.log'), 'utf8')).includes('..%2f..%2fweb'),
    );
    await shows(launched, 'mail');
    expect(await pids()).toEqual(before);
    await expect(readFile(touched)).rejects.toThrow('ENOENT');
    expect(launched.pageErrors).toEqual([]);
  });
});

describe('the app among the system', () => {
  test('a folder dropped on the window is opened and runs, and stands among the recent ones', async () => {
    const project = await writeSampleProject(await tempFolder('drop'), 'dropped', [{ name: 'fallen' }]);
    launched = await launchApp();
    await launched.server();
    await launched.page.getByRole('heading', { name: 'Open a project' }).waitFor();
    const session = await launched.page.context().newCDPSession(launched.page);
    const data = { items: [], files: [project], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
    }
    await isRunning(launched, 'fallen');
    const recent = await waitFor('the recent project in the menu', () =>
      launched?.app.evaluate(({ Menu }) => {
        const file = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'File');
        const open = file?.submenu?.items.find(({ label }) => label === 'Open Recent');
        return open?.submenu?.items.map(({ label }) => label).find((label) => label.startsWith('dropped'));
      }),
    );
    expect(recent).toContain(project);
  });

  test('the tray comes and goes with the choice, which is kept, and the app goes on where there is no place for it', async () => {
    launched = await launchApp();
    await launched.server();
    const preferences = join(launched.home, 'desktop', 'preferences.json');
    const choose = (id: string): Promise<unknown> =>
      waitFor(`the choice ${id}`, () =>
        launched?.app.evaluate(({ Menu }, item) => {
          const found = Menu.getApplicationMenu()?.getMenuItemById(item);
          found?.click();
          return found !== null && found !== undefined;
        }, id),
      );
    const kept = async (): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(preferences, 'utf8')) as Record<string, unknown>;
    await choose('tray');
    await waitFor('the choice to be kept', async () => (await kept())['tray'] === true);
    await choose('tray');
    await waitFor('the choice to be kept', async () => (await kept())['tray'] === false);
    expect(await launched.page.title()).toContain('Micro Desktop');
  });

  test('start at login is an entry of the session, there only while it is wished', async () => {
    const config = join(await tempFolder('login'), 'config');
    await mkdir(config);
    launched = await launchApp({ env: { XDG_CONFIG_HOME: config } });
    const entry = join(config, 'autostart', 'micro-desktop.desktop');
    const choose = (): Promise<unknown> =>
      waitFor('the choice', () =>
        launched?.app.evaluate(({ Menu }) => {
          const found = Menu.getApplicationMenu()?.getMenuItemById('start-at-login');
          found?.click();
          return Boolean(found);
        }),
      );
    await choose();
    expect(await waitFor('the entry', () => readFile(entry, 'utf8').catch(() => undefined))).toMatch(
      /^Exec="\/.+" "\/.+"$/m,
    );
    await choose();
    await waitFor('the entry to go', () =>
      readFile(entry).then(
        () => false,
        () => true,
      ),
    );
  });
});

describe('crashes', () => {
  test('a page that dies is loaded again, and after repeated deaths a plain page says so, from which one can go on', async () => {
    launched = await launchApp();
    const { app } = launched;
    await launched.server();
    const urlNow = (): Promise<string> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL() ?? '');
    const kill = async (): Promise<void> => {
      const pid = await waitFor('a live page', () =>
        app.evaluate(({ BrowserWindow }) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          return contents && !contents.isCrashed() && !contents.isLoading() ? contents.getOSProcessId() : undefined;
        }),
      );
      process.kill(pid, 'SIGKILL');
      await waitFor('another page', () =>
        app.evaluate(({ BrowserWindow }, old) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          return Boolean(contents && !contents.isCrashed() && contents.getOSProcessId() !== old);
        }, pid),
      );
    };
    await kill();
    expect(await urlNow()).toBe('app://micro/');
    for (let death = 1; death < 4; death++) await kill();
    await waitFor('the plain page', async () => (await urlNow()) === 'app://micro/_message');
    const text = await app.evaluate(
      ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.body.innerText') as Promise<string>,
    );
    expect(text).toContain('The window ended several times');
    expect(text).toContain('desktop.log');
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.querySelector("a").click()'),
    );
    await waitFor('the app to be back', async () => (await urlNow()) === 'app://micro/');
  });

  test('a GPU process that dies takes nothing with it', async () => {
    launched = await launchApp();
    const { app, page } = launched;
    await launched.server();
    const pid = await app.evaluate(
      ({ app: electron }) => electron.getAppMetrics().find(({ type }) => type === 'GPU')?.pid,
    );
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await page.getByRole('button', { name: /Open folder/ }).click({ trial: true });
    expect(await page.title()).toContain('Micro Desktop');
  });
});
