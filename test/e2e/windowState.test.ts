import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
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

const geometry = (app: LaunchedApp) =>
  app.app.evaluate(({ BrowserWindow, screen }) => ({
    bounds: BrowserWindow.getAllWindows()[0]?.getBounds() as { x: number; y: number; width: number; height: number },
    area: screen.getPrimaryDisplay().workArea,
  }));

/** Calls a method of the window without words. */
const onWindow = (app: LaunchedApp, method: 'maximize' | 'unmaximize' | 'isMaximized') =>
  app.app.evaluate(({ BrowserWindow }, name) => BrowserWindow.getAllWindows()[0]?.[name]() === true, method);

const setBounds = (app: LaunchedApp, bounds: { x: number; y: number; width: number; height: number }) =>
  app.app.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted), bounds);

describe('where the window opens', () => {
  test('DT-01 whatever was remembered, the window can be reached and used; and it comes back to where it was left', async () => {
    launched = await launchApp();
    const { home } = launched;
    const stateFile = join(home, 'desktop', 'window.json');
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 120, y: 90, width: 1000, height: 640 }),
    );
    await launched.quit();
    expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({ x: 120, y: 90, width: 1000, height: 640 });

    launched = await launchApp({ home });
    expect((await geometry(launched)).bounds).toEqual({ x: 120, y: 90, width: 1000, height: 640 });
    await launched.quit();

    for (const remembered of [
      { x: 9000, y: -4000, width: 1000, height: 640, maximized: false },
      { x: 50, y: 50, width: 10, height: 10, maximized: false },
      { x: 50, y: 50, width: -700, height: -20, maximized: false },
    ]) {
      await writeFile(stateFile, JSON.stringify(remembered));
      launched = await launchApp({ home });
      const { bounds, area } = await geometry(launched);
      expect(bounds.x).toBeGreaterThanOrEqual(area.x);
      expect(bounds.y).toBeGreaterThanOrEqual(area.y);
      expect(bounds.x + bounds.width).toBeLessThanOrEqual(area.x + area.width);
      expect(bounds.width).toBeGreaterThanOrEqual(760);
      expect(bounds.height).toBeGreaterThanOrEqual(480);
      await launched.quit();
    }

    await writeFile(stateFile, '{"x": 9000,');
    launched = await launchApp({ home });
    expect((await geometry(launched)).bounds).toMatchObject({ width: 1280, height: 800 });
  });

  test.runIf(process.platform === 'linux')(
    'DT-01 a maximised window comes back maximised, and then to where it was before',
    async () => {
      // Nothing is maximised without somebody who does it.
      const manager = spawn('openbox', ['--sm-disable'], { stdio: 'ignore' });
      try {
        launched = await launchApp();
        const { home } = launched;
        const before = { x: 140, y: 110, width: 1000, height: 640 };
        await setBounds(launched, before);
        const kept = async () => {
          const text = await readFile(join(home, 'desktop', 'window.json'), 'utf8').catch(() => '{}');
          return JSON.parse(text) as { width?: number; height?: number; maximized?: boolean };
        };
        await waitFor('the window to have its bounds', async () => (await kept()).width === before.width);
        await waitFor('the window to be maximised', async () => {
          await onWindow(launched as LaunchedApp, 'maximize');
          return onWindow(launched as LaunchedApp, 'isMaximized');
        });
        await launched.quit();
        expect(await kept()).toMatchObject({ maximized: true, width: before.width, height: before.height });

        launched = await launchApp({ home });
        const again = launched;
        await waitFor('the window to be maximised again', () => onWindow(again, 'isMaximized'));
        const { bounds, area } = await geometry(again);
        expect(bounds.width).toBeGreaterThanOrEqual(area.width - 20);
        await onWindow(again, 'unmaximize');
        await waitFor('the window to be as large as before', async () => {
          const { width, height } = (await geometry(again)).bounds;
          return width === before.width && height === before.height;
        });
      } finally {
        manager.kill();
      }
    },
  );
});
