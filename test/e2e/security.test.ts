import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

describe('the page cannot leave its sandbox', () => {
  test('no Node, no navigation, no second window, no permission, no foreign content', async () => {
    launched = await launchApp();
    const { app, page } = launched;
    expect(
      await page.evaluate(() => [
        typeof (globalThis as { require?: unknown }).require,
        typeof (globalThis as { process?: unknown }).process,
      ]),
    ).toEqual(['undefined', 'undefined']);
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    // What was never asked for is absent or off, whichever way this Electron says it.
    for (const name of [
      'nodeIntegrationInSubFrames',
      'nodeIntegrationInWorker',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
    ]) {
      expect([name, Boolean(preferences?.[name])]).toEqual([name, false]);
    }

    const opened = await app.evaluate(({ shell }) => {
      const urls: string[] = [];
      (globalThis as { openedUrls?: string[] }).openedUrls = urls;
      shell.openExternal = async (url: string) => {
        urls.push(url);
      };
      return urls.length;
    });
    expect(opened).toBe(0);
    await page.evaluate(() => {
      window.open('https://example.com/');
      window.open('file:///etc/passwd');
      window.location.href = 'https://example.com/';
    });
    const refused = await page.evaluate(async () => {
      const bridge = (
        window as unknown as {
          micro: { openExternal(url: string): Promise<void>; showFolder(path: string): Promise<void> };
        }
      ).micro;
      const failure = (promise: Promise<unknown>) =>
        promise.then(
          () => 'done',
          () => 'refused',
        );
      return {
        file: await failure(bridge.openExternal('file:///etc/passwd')),
        script: await failure(bridge.openExternal('javascript:alert(1)')),
        share: await failure(bridge.openExternal('smb://host/share')),
        relative: await failure(bridge.showFolder('../..')),
        foreign: await failure(fetch('https://example.com/')),
        eval: await failure(Promise.resolve().then(() => new Function('return 1')())),
        permission: await Notification.requestPermission(),
        location: window.location.href,
      };
    });
    expect(refused).toEqual({
      file: 'refused',
      script: 'refused',
      share: 'refused',
      relative: 'refused',
      foreign: 'refused',
      eval: 'refused',
      permission: 'denied',
      location: expect.stringMatching(/^app:\/\/micro\//) as unknown,
    });
    expect(await app.evaluate(() => (globalThis as { openedUrls?: string[] }).openedUrls)).toEqual([
      'https://example.com/',
    ]);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('the policy of the page allows nothing inline and nothing foreign, and no path leads out of its folder', async () => {
    launched = await launchApp();
    const { page } = launched;
    const answer = await page.evaluate(async () => {
      const response = await fetch('app://micro/index.html');
      const outside = (path: string): Promise<number> =>
        fetch(`app://micro${path}`).then(
          ({ status }) => status,
          () => 404,
        );
      return {
        policy: response.headers.get('content-security-policy') ?? '',
        nosniff: response.headers.get('x-content-type-options'),
        statuses: await Promise.all(
          ['/..%2f..%2fpackage.json', '/%2e%2e/main.cjs', '/..%5c..%5cpackage.json', '/%00', '/%'].map(outside),
        ),
      };
    });
    expect(answer.policy).toContain("default-src 'none'");
    expect(answer.policy).not.toMatch(/unsafe-|https:|\*(?!$|;| ws)/);
    expect(answer.nosniff).toBe('nosniff');
    expect(answer.statuses).toEqual([404, 404, 404, 404, 404]);
  });

  test('a window that is not ours may not use the bridge, not even with our page in it, and the refusal is logged', async () => {
    launched = await launchApp();
    const { app, home } = launched;
    const answer = await app.evaluate(async ({ app: electron, BrowserWindow }) => {
      const foreign = new BrowserWindow({
        show: false,
        webPreferences: { preload: `${electron.getAppPath()}/dist/preload.cjs`, sandbox: true },
      });
      await foreign.loadURL('app://micro/_message');
      const result = (await foreign.webContents.executeJavaScript(
        'window.micro.serverState().then(() => "done", (error) => error.message)',
      )) as string;
      foreign.destroy();
      return result;
    });
    expect(answer).toContain('this page may not use the bridge');
    await waitFor('the refusal in the log', async () =>
      (await readFile(join(home, 'logs', 'desktop.log'), 'utf8')).includes('refused serverState'),
    );
  });
});
