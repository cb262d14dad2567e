import { join } from 'node:path';
import { app, Menu } from 'electron';
import { commandLineProblem, ownWords, parseAppArguments } from './desktop/appArguments.ts';
import { registerAppScheme } from './desktop/appProtocol.ts';
import { DesktopApp } from './desktop/desktopApp.ts';
import { hasLock, removeStaleLock } from './desktop/singleInstance.ts';
import { microHome } from './server/findServer.ts';

/**
 * Entry of the desktop app. One app per MICRO_HOME: a second launch hands its words over and ends before it has touched
 * anything. A MICRO_HOME other than the usual one keeps the window's own data in it too, so that it is whole by itself.
 */
async function main(): Promise<void> {
  const problem = commandLineProblem(process.argv);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    app.exit(1);
    return;
  }
  registerAppScheme();
  // Chromium opens six connections to a server; the page follows more streams than that at a time.
  app.commandLine.appendSwitch('ignore-connections-limit', '127.0.0.1');
  // Chromium compresses the text of a page's scripts once it was not read for a while: a quarter of a second of CPU time half a
  // minute after each start, against some MB of one window. With many tabs that pays; here it is what an idle app would do most.
  const disabled = [app.commandLine.getSwitchValue('disable-features'), 'CompressParkableStrings'];
  app.commandLine.appendSwitch('disable-features', disabled.filter(Boolean).join(','));
  // Else Electron makes a menu of its own, which ours replaces a moment later.
  Menu.setApplicationMenu(null);
  const words = ownWords(process.argv, app.isPackaged ? undefined : app.getAppPath(), process.cwd());
  const args = parseAppArguments(words, process.cwd());
  const home = microHome(args.home);
  if (home !== microHome(undefined, {})) app.setPath('userData', join(home, 'desktop'));
  // Without a lock nothing is waited for: the server's start comes before the app's own, which gives way to nothing.
  const userData = app.getPath('userData');
  const staleLock = hasLock(userData) ? await removeStaleLock(userData) : undefined;
  if (staleLock !== undefined) process.stderr.write(`${staleLock}\n`);
  if (!app.requestSingleInstanceLock({ words, cwd: process.cwd() })) {
    process.stderr.write('Micro Desktop is open already; it was told what you asked for.\n');
    app.exit(0);
    return;
  }
  const desktop = new DesktopApp({ home, root: app.getAppPath(), packaged: app.isPackaged });
  desktop.prepare(args);
  await app.whenReady();
  await desktop.start();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  app.exit(1);
});
