import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;
let feed: Server | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  feed?.closeAllConnections();
  feed?.close();
  launched = feed = undefined;
});

const NEXT = Buffer.alloc(200_000, 'n');
const CHECKSUM = createHash('sha512').update(NEXT).digest('base64');

type Fault = 'none' | 'missing' | 'wrong checksum' | 'cut';

/** A server that offers version 99.0.0, with a fault that a test may change; it notes what was asked of it. */
async function startFeed(): Promise<{ url: string; asked: string[]; setFault: (fault: Fault) => void }> {
  const asked: string[] = [];
  let fault: Fault = 'none';
  const server = createServer((request, response) => {
    asked.push(request.url?.split('?')[0] ?? '');
    if (request.url?.includes('.yml')) {
      const sum = fault === 'wrong checksum' ? createHash('sha512').update('other').digest('base64') : CHECKSUM;
      const file = `url: Micro-99.0.0.AppImage\n    sha512: ${sum}\n    size: ${NEXT.length}`;
      response.end(`version: 99.0.0\nfiles:\n  - ${file}\npath: Micro-99.0.0.AppImage\nsha512: ${sum}\n`);
    } else if (fault === 'missing' || !request.url?.endsWith('.AppImage')) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'content-length': NEXT.length });
      if (fault !== 'cut') response.end(NEXT);
      else response.write(NEXT.subarray(0, NEXT.length / 2), () => response.destroy());
    }
  });
  feed = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, asked, setFault: (next) => (fault = next) };
}

/** What the app tells the user from now on, instead of a dialog; every question is answered with "later". */
async function collectMessages(app: LaunchedApp): Promise<() => Promise<string[]>> {
  await app.app.evaluate(({ dialog }) => {
    const told: string[] = [];
    (globalThis as { told?: string[] }).told = told;
    (dialog as unknown as { showMessageBox: unknown }).showMessageBox = async (
      _window: unknown,
      { message, detail }: { message: string; detail: string },
    ) => {
      told.push(`${message} ${detail}`);
      return { response: 1, checkboxChecked: false };
    };
  });
  return () => app.app.evaluate(() => (globalThis as { told?: string[] }).told ?? []);
}

/** Looks for updates as a user does, once the menu is there: it comes a moment after the window. */
const look = (app: LaunchedApp): Promise<true> =>
  waitFor('the menu to be clicked', () =>
    app.app.evaluate(({ Menu }) => {
      const item = Menu.getApplicationMenu()?.getMenuItemById('check-updates');
      item?.click();
      return item ? (true as const) : false;
    }),
  );

describe('DT-04 updates', () => {
  test('a faulty update is never installed, is told with its reason, and services run on', async () => {
    const { url, asked, setFault } = await startFeed();
    const folder = await tempFolder('update');
    const image = join(folder, 'Micro.AppImage');
    await writeFile(image, 'the old one', { mode: 0o755 });
    const project = await writeSampleProject(folder, 'solo', [{ name: 'web' }]);
    launched = await launchApp({
      args: ['--project', project],
      // The cache of downloads is below it.
      env: { MICRO_UPDATE_FEED: url, APPIMAGE: image, XDG_CACHE_HOME: join(folder, 'cache') },
    });
    const server = await launched.server();
    const pidOf = async (): Promise<number | undefined> => (await statusOf(server)).get('web')?.instances?.[0]?.pid;
    await waitFor('web to run', async () => (await statusOf(server)).get('web')?.status === 'STATUS_RUNNING', 40_000);
    const before = await pidOf();
    const messages = await collectMessages(launched);

    const faults: [Fault, RegExp][] = [
      ['missing', /404/],
      ['wrong checksum', /sha512 checksum mismatch/i],
      ['cut', /aborted|closed|reset|incomplete|ERR_/i],
    ];
    for (const [index, [fault, reason]] of faults.entries()) {
      setFault(fault);
      await look(launched);
      const told = await waitFor(`${fault} to be told`, async () => (await messages())[index], 60_000);
      expect(told).toContain('Version 99.0.0 was not installed');
      expect(told).toMatch(reason);
      expect(told).toContain('your services run on');
    }
    expect(await readFile(image, 'utf8')).toBe('the old one');
    expect(await pidOf()).toBe(before);

    // Without a fault it is fetched and offered, and "later" leaves everything as it is.
    setFault('none');
    await look(launched);
    expect(await waitFor('the offer', async () => (await messages())[faults.length], 60_000)).toContain(
      '99.0.0 is ready',
    );
    expect(await readFile(image, 'utf8')).toBe('the old one');
    expect(asked).toContain('/Micro-99.0.0.AppImage');
  });

  test('what could not be replaced is found before the download', async () => {
    const { url, asked } = await startFeed();
    const folder = await tempFolder('update');
    const gone = join(folder, 'gone', 'Micro.AppImage');
    launched = await launchApp({ env: { MICRO_UPDATE_FEED: url, APPIMAGE: gone } });
    const messages = await collectMessages(launched);
    await look(launched);
    const told = await waitFor('the reason', async () => (await messages())[0], 60_000);
    expect(told).toContain(`${gone} cannot be replaced`);
    expect(told).toContain('Move it to a folder of yours');
    expect(asked.filter((path) => path.endsWith('.AppImage'))).toEqual([]);
  });

  test('without a feed nothing is looked for, and an unreachable one holds up no start', async () => {
    launched = await launchApp();
    const offers = (app: LaunchedApp): Promise<boolean> =>
      app.app.evaluate(({ Menu }) => Boolean(Menu.getApplicationMenu()?.getMenuItemById('check-updates')));
    await launched.server();
    await waitFor('the menu', () => launched?.app.evaluate(({ Menu }) => Menu.getApplicationMenu() !== null));
    expect(await offers(launched)).toBe(false);
    await launched.dispose();

    const { url } = await startFeed();
    feed?.close();
    launched = await launchApp({ env: { MICRO_UPDATE_FEED: url, APPIMAGE: '/nowhere' } });
    await launched.server();
    const messages = await collectMessages(launched);
    await waitFor('the menu', () => offers(launched as LaunchedApp));
    await look(launched);
    expect(await waitFor('the reason', async () => (await messages())[0], 60_000)).toContain('could not be looked for');
  });
});
