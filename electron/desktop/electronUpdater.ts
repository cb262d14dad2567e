import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { app } from 'electron';
import type * as ElectronUpdater from 'electron-updater';
import type { MainLog } from './mainLog.ts';
import type { Updater } from './updates.ts';

/**
 * The updater of electron-updater for a feed, a folder on a web server with `latest-linux.yml` and its like. Loaded when
 * something is looked for: it is a large package that a start must not wait for.
 */
export async function electronUpdater(feed: string, log: MainLog): Promise<Updater> {
  // What it exports is made on being asked for, which the import of a CommonJS package would not do.
  const require = createRequire(join(app.getAppPath(), 'package.json'));
  const { autoUpdater } = require('electron-updater') as typeof ElectronUpdater;
  // It reads the name of its cache from a file that only some builds have; this one says the same for all.
  const config = join(app.getPath('userData'), 'update.yml');
  await mkdir(app.getPath('userData'), { recursive: true });
  await writeFile(
    config,
    `provider: generic\nurl: ${JSON.stringify(feed)}\nupdaterCacheDirName: micro-desktop-updater\n`,
  );
  autoUpdater.updateConfigPath = config;
  autoUpdater.setFeedURL({ provider: 'generic', url: feed });
  autoUpdater.forceDevUpdateConfig = !app.isPackaged;
  autoUpdater.autoDownload = false;
  autoUpdater.autoInstallOnAppQuit = false;
  autoUpdater.allowDowngrade = false;
  autoUpdater.logger = { info: () => {}, debug: () => {}, warn: (text) => log.warn(String(text)), error: () => {} };
  // Failures come as rejections as well; without a listener they would end the app.
  if (autoUpdater.listenerCount('error') < 2) autoUpdater.on('error', () => {});
  return {
    async check() {
      const result = await autoUpdater.checkForUpdates();
      return result?.isUpdateAvailable ? result.updateInfo.version : undefined;
    },
    async download() {
      await autoUpdater.downloadUpdate();
    },
    install: () => autoUpdater.quitAndInstall(true, true),
  };
}
