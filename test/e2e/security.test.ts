import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';

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
        getLastWebPreferences(): { sandbox?: boolean; contextIsolation?: boolean; nodeIntegration?: boolean };
      };
      const { sandbox, contextIsolation, nodeIntegration } = contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration };
    });
    expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false });

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
});
